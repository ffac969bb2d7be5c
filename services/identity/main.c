#include "identity/identity.h"

int main(int argc, char **argv)
{
    return daemon_run(&identity_spec, argc, argv);
}
