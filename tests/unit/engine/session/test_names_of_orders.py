"""A client order id is spelled in base 32 as RFC 4648 has it, and says nothing but that it is the same intent."""

import base64
import hashlib

from hypothesis import given
from hypothesis import strategies as st

from tradewright.engine.session.naming import client_order_id

words = st.text(max_size=8)


@given(words, words, words, st.integers(0, 10**9), words)
def test_an_id_is_the_beginning_of_a_digest_in_base_32(
    session: str, account: str, strategy: str, intent: int, engine: str
) -> None:
    told = "\x00".join((engine, session, account, strategy, str(intent)))
    digest = hashlib.blake2b(told.encode(), digest_size=13).digest()
    name = client_order_id(session, account, strategy=strategy, intent=intent, engine=engine)
    assert name[5:] == base64.b32encode(digest).decode()[:20].lower()
    assert name.isascii() and name == name.lower() and len(name) == 25 and name[4] == "-"


def test_an_id_names_its_installation() -> None:
    def prefix(engine: str) -> str:
        return client_order_id("s", "a", strategy="x", intent=1, engine=engine)[:5]

    assert [prefix(one) for one in ("tw", "Desk-One", "", "é1")] == ["tw00-", "desk-", "0000-", "1000-"]
