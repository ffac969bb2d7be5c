/* Writing down what happened, and looking it up. */
#include "daemon/call.h"
#include "dandelion/sample_events.pb-c.h"
#include "errors.h"
#include "sample.methods.h"
#include "sample.queries.h"
#include "sample/rules.h"

int sample_add_note_load(struct call *call, const Dandelion__Sample__AddNoteRequest *request)
{
    struct sample_load_organization args = {
        .street_id = call->street_id,
        .organization_id = call_uuid(request->organization_id),
        .scope = call->scope,
    };
    return sample_load_organization(call, &args);
}

static int note_reply(struct call *call, const Dandelion__Sample__AddNoteRequest *request,
                      const struct sample_add_note *note, Dandelion__Sample__Note *reply)
{
    reply->id = (char *)call_uuid_text(call, note->id);
    reply->organization_id = request->organization_id;
    reply->day = (char *)call_date_text(call, note->day);
    reply->text = request->text;
    reply->written_by = (char *)call_uuid_text(call, note->written_by);
    reply->written_at = (char *)call_instant_text(call, note->written_at);
    if (!reply->id || !reply->day || !reply->written_by || !reply->written_at)
        return call_refuse(call, ERR_OVERLOADED, "no room for a note");
    return 0;
}

static int note_tell(struct call *call, const Dandelion__Sample__Note *note, const char *organization_path)
{
    Dandelion__Sample__NoteAdded event = DANDELION__SAMPLE__NOTE_ADDED__INIT;
    event.note_id = note->id;
    event.organization_id = note->organization_id;
    event.day = note->day;
    return call_event(call, &event.base, organization_path);
}

int sample_add_note_decide(struct call *call, const Dandelion__Sample__AddNoteRequest *request,
                           Dandelion__Sample__Note *reply)
{
    const struct sample_load_organization_row *row;
    if (sample_load_organization_rows(call, &row) == 0)
        return call_refuse_field(call, ERR_NOT_FOUND, "organization_id", "no such organisation in the scope");
    int32_t day = *request->day ? call_date(request->day) : call->today;
    if (!sample_day_allowed(day, call->today))
        return call_refuse_field(call, ERR_FIELD_DATE_IN_FUTURE, "day", "not yet");
    struct sample_add_note note = {
        .street_id = call->street_id,
        .id = call->unit.id,
        .organization_id = call_uuid(request->organization_id),
        .day = day,
        .text = request->text,
        .written_by = call->account_id,
        .written_at = call->now,
    };
    if (sample_add_note(call, &note) != 0 || note_reply(call, request, &note, reply) != 0)
        return -1;
    call_audit(call, reply->id, note.organization_id);
    return note_tell(call, reply, row->organization_path);
}

int sample_list_notes_query(struct call *call, const Dandelion__Sample__ListNotesRequest *request)
{
    struct sample_list_notes args = {
        .street_id = call->street_id,
        .scope = call->scope,
        .organization_id = call_uuid(request->organization_id),
    };
    if (call_page(call, request->page_size, request->page_token, &args.after, &args.limit) != 0)
        return -1;
    return sample_list_notes(call, &args);
}
