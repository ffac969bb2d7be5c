#include "sample/sample.h"

int main(int argc, char **argv)
{
    return daemon_run(&sample_spec, argc, argv);
}
