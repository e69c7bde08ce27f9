//! Calls that are repeated: one effect and one answer, recorded in the unit of the effect, without what
//! is told once.

use cartola_engine::EngineError;
use cartola_engine::authorizations::{
    Authorization, DecideError, Decided, Decision, Enrolled, Enrolment, NewPhone, PhoneProof, Use,
    Verdict,
};
use cartola_engine::once::{OnceError, RecordedAnswer, Repeatable, Reply, Ticket};

use super::{OwnPhone, PIN, Scene, person, pin, transfer};

const VERB: &str = "tests.call";

impl Scene {
    async fn ticket(&self, key: &str) -> Result<Ticket, OnceError> {
        let call = Repeatable { verb: VERB, key, request: b"a" };
        self.world.engine.once(&self.world.who, call).await
    }

    /// The answer that is recorded under a key, if one is.
    async fn recorded(&self, key: &str) -> Option<String> {
        match self.ticket(key).await {
            Err(OnceError::Answered(answer)) => Some(String::from_utf8(answer.body).unwrap()),
            _ => None,
        }
    }
}

fn said(text: &str) -> RecordedAnswer {
    RecordedAnswer { status: 200, body: text.as_bytes().to_vec() }
}

/// What is rendered to be recorded is the caller's to say; here, that it is recorded where the effect is,
/// and is all that comes back.
#[tokio::test]
async fn a_decision_and_its_answer_are_one_unit() {
    let scene = Scene::new().await;
    let phone = OwnPhone::new(1);
    scene.enrol(person(), &phone).await;
    let asked = scene.ask(&transfer(25_000)).await;
    let (engine, who) = (&scene.world.engine, &scene.world.who);
    let signature = phone.signature(&asked, "approve");
    let decide = async |digits: &str, ticket: &Ticket| {
        let decision = Decision {
            verdict: Verdict::Approve(pin(digits)),
            shown: asked.shown,
            proof: PhoneProof::Signature(&signature),
        };
        let render = |decided: &Decided| said(decided.authorization.state().standing().name());
        let reply = Reply { ticket: Some(ticket), render: &render };
        engine.decide_authorization_replying(who, asked.id(), &decision, reply).await
    };
    let ticket = scene.ticket("one").await.unwrap();
    let wrong = decide("705116", &ticket).await;
    assert!(matches!(wrong, Err(DecideError::WrongPin { left: 2 })));
    assert_eq!(scene.recorded("one").await, None, "nothing was done");
    // Both tickets were given before the call was made: one is made, the other is told what it was.
    let same = scene.ticket("one").await.unwrap();
    assert!(decide(PIN, &ticket).await.unwrap().token.is_some());
    assert_eq!(scene.recorded("one").await.as_deref(), Some("approved"));
    let again = decide(PIN, &same).await;
    assert!(
        matches!(again, Err(DecideError::Engine(EngineError::Answered(it))) if it == said("approved"))
    );
}

#[tokio::test]
async fn every_call_records_its_answer_with_its_effect() {
    let scene = Scene::new().await;
    let (engine, who) = (&scene.world.engine, &scene.world.who);
    let mut seen = Vec::new();
    let (phone, pin) = (OwnPhone::new(1), pin(PIN));
    let new = NewPhone { name: "Pixel", fingerprint: None, key: Some(&phone.jwk), pin: &pin };
    let code = scene.code(person()).await;
    let ticket = scene.ticket("enrol").await.unwrap();
    let render = |it: &Enrolled| said(it.enrolment.row.standing.state.standing().name());
    let reply = Reply { ticket: Some(&ticket), render: &render };
    let enrolled = engine.enrol_phone_replying(who, &code, &new, reply).await.unwrap();
    seen.push(scene.recorded("enrol").await);
    let render = |it: &Authorization| said(it.state().standing().name());
    let asked = scene.ask(&transfer(25_000)).await;
    let token = scene.approve(&asked, &phone, PIN).await.unwrap().token.unwrap();
    let operation = transfer(25_000);
    let wanted = Use { token: token.expose(), rut: person(), operation: &operation };
    let ticket = scene.ticket("use").await.unwrap();
    let reply = Reply { ticket: Some(&ticket), render: &render };
    engine.use_authorization_replying(who, &wanted, reply).await.unwrap();
    seen.push(scene.recorded("use").await);
    let asked = scene.ask(&transfer(1_000)).await;
    for key in ["cancel", "cancelled before"] {
        let ticket = scene.ticket(key).await.unwrap();
        let reply = Reply { ticket: Some(&ticket), render: &render };
        engine.cancel_authorization_replying(who, asked.id(), reply).await.unwrap();
        seen.push(scene.recorded(key).await);
    }
    let render = |it: &Enrolment| said(it.row.standing.state.standing().name());
    for key in ["block", "blocked before"] {
        let ticket = scene.ticket(key).await.unwrap();
        let reply = Reply { ticket: Some(&ticket), render: &render };
        let id = enrolled.enrolment.row.id;
        engine.block_phone_replying(who, id, reply).await.unwrap();
        seen.push(scene.recorded(key).await);
    }
    let seen: Vec<_> = seen.into_iter().map(Option::unwrap).collect();
    assert_eq!(seen, ["active", "used", "cancelled", "cancelled", "blocked", "blocked"]);
}
