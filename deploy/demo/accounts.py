"""The accounts of the demonstration: one for each of the twelve roles, and a collector for every community."""

import base64
import hmac
import json
import os
import secrets

# username, role, key of the organisation in which it is held (street.py; "" is the working committee), name.
ACCOUNTS = (
    ("street", "street_administrator", "", "街道管理员"),
    ("community", "community_secretary", "1", "东湖社区党委书记"),
    ("area", "area_lead", "1.1", "东湖第一片区长"),
    ("grid", "grid_worker", "1.1.1", "东湖第一网格员"),
    ("secretary", "branch_secretary", "1.1.1.b", "锦绣花园支部书记"),
    ("committee", "branch_committee_member", "1.1.1.b", "锦绣花园组织委员"),
    *((f"collector{number}", "dues_collector", f"{number}", f"党费收缴员{number}") for number in range(1, 9)),
    ("member", "member", "1.1.1.b", "党员"),
    ("resident", "resident", "1.1.1", "居民"),
    ("analyst", "analyst", "", "数据分析员"),
    ("auditor", "auditor", "", "纪检监察员"),
    ("operator", "system_operator", "", "系统运维员"),
)
FOUNDER = "street"


def secret(place):
    """Random for each installation: the passwords are made from it, so that an interrupted load finds them again."""
    path = os.path.join(place.secrets, "demo.key")
    if not os.path.exists(path):
        place.write(path, secrets.token_bytes(32), 0o600)
    with open(path, "rb") as file:
        return file.read()


def password(key, username):
    text = base64.b32encode(hmac.digest(key, username.encode(), "sha256")).decode().lower()
    return "-".join((text[0:4], text[4:8], text[8:12], text[12:16]))


def write(place, key, organizations):
    """Writes var/demo-accounts.json. organizations: {key: reply that has an id}."""
    entries = [{"username": username, "password": password(key, username), "role": role,
                "organization_id": organizations[held]["id"]} for username, role, held, _ in ACCOUNTS]
    place.write(place.path("demo-accounts.json"), json.dumps(entries, ensure_ascii=False, indent=1) + "\n", 0o600)
