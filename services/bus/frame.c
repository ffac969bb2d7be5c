/* Packing straight into ZeroMQ's memory saves a copy. */
#include "bus/frame.h"

#include <errno.h>
#include <string.h>

int frame_pack(zmq_msg_t *frame, const ProtobufCMessage *message, struct bytes payload)
{
    size_t size = message ? protobuf_c_message_get_packed_size(message) : payload.size;
    if (size > FRAME_MAX) {
        errno = EMSGSIZE;
        return -1;
    }
    if (zmq_msg_init_size(frame, size) < 0)
        return -1;
    if (message)
        protobuf_c_message_pack(message, zmq_msg_data(frame));
    else if (size)
        memcpy(zmq_msg_data(frame), payload.data, size);
    return 0;
}

struct bytes frame_bytes(zmq_msg_t *frame)
{
    return (struct bytes){zmq_msg_data(frame), zmq_msg_size(frame)};
}

void frames_close(zmq_msg_t *frames, int count)
{
    for (int i = 0; i < count; i++)
        zmq_msg_close(&frames[i]);
}
