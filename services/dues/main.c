#include "dues/dues.h"

int main(int argc, char **argv)
{
    return daemon_run(&dues_spec, argc, argv);
}
