/* Frames of a message: packing into them, and their limit. */
#ifndef DANDELION_BUS_FRAME_H
#define DANDELION_BUS_FRAME_H

#include <protobuf-c/protobuf-c.h>
#include <zmq.h>

#include "base/bytes.h"

/* The largest frame. ZeroMQ drops a connection that brings a larger one, so none is ever sent. */
enum { FRAME_MAX = 1024 * 1024 };

/* Packs a message, or copies `payload` if it is NULL, into a new frame. Returns 0, or -1 with errno EMSGSIZE past
 * FRAME_MAX or ENOMEM. */
int frame_pack(zmq_msg_t *frame, const ProtobufCMessage *message, struct bytes payload);

/* The bytes of a frame; they live as long as it. */
struct bytes frame_bytes(zmq_msg_t *frame);

void frames_close(zmq_msg_t *frames, int count);

#endif
