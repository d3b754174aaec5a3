"""Make two people with tokens; print the tokens."""

from datetime import UTC, datetime, timedelta

import pagure.config
import pagure.lib.login
import pagure.lib.model_base
import pagure.lib.query

settings = pagure.config.reload_config()
session = pagure.lib.model_base.create_session(settings["DB_URL"])
rights = [one.name for one in pagure.lib.query.get_acls(session)]
for name in ("ann", "robot"):
    pagure.lib.query.set_up_user(
        session, username=name, fullname=name, default_email=f"{name}@example.org"
    )
    session.commit()
    pagure.lib.query.add_token_to_user(
        session,
        None,
        rights,
        name,
        description="test",
        expiration_date=datetime.now(UTC).date() + timedelta(days=2),
    )
    session.commit()
    user = pagure.lib.query.get_user(session, name)
    # A push by HTTP looks at the password before the token.
    user.password = pagure.lib.login.generate_hashed_value(user.tokens[0].id)
    session.add(user)
    session.commit()
    print(f"token {name} {user.tokens[0].id}", flush=True)
