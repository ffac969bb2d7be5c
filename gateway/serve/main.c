#include "gateway/serve/gateway.h"

int main(int argc, char **argv)
{
    return gateway_run(argc, argv);
}
