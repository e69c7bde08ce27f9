//! Every action, and how what goes wrong is told.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Scene, schema};
use crate::customers::company_at;

/// Who is asked for at an entity: whoever has everything, or a company at its bank's portal.
fn args(scene: &Scene, entity: &str) -> Value {
    if entity.ends_with("-empresas") {
        let company = company_at(entity);
        return json!({"username": company.rut, "password": company.password});
    }
    scene.login("ok", entity)
}

/// All actions, by entity.
fn actions(scene: &Scene) -> BTreeMap<String, Vec<String>> {
    let entities = scene.synaptic.entities();
    let entities = entities.as_array().unwrap().iter().map(|entity| {
        let actions = entity["actions"].as_array().unwrap();
        let actions = actions.iter().map(|action| action.as_str().unwrap().to_owned());
        (entity["entity"].as_str().unwrap().to_owned(), actions.collect())
    });
    entities.collect()
}

#[test]
fn every_action_ends_well_for_who_has_everything() {
    let scene = Scene::new();
    let mut tasks = Vec::new();
    for (entity, actions) in actions(&scene) {
        let args = args(&scene, &entity);
        for action in actions {
            tasks.push((scene.synaptic.task(&action, &args), action));
        }
    }
    let mut empty = Vec::new();
    for (task, action) in &tasks {
        let ended = scene.synaptic.ended(task);
        assert_eq!(ended["taskStatus"], "success", "{action}: {ended}");
        assert_eq!(ended["taskStatusCode"], 200);
        let (entity, product) = action.split_once(':').unwrap();
        schema::check(product, &ended["results"]);
        if ended["results"].as_array().unwrap().is_empty() {
            empty.push((entity.to_owned(), product.to_owned()));
        }
    }
    // Of eleven banks thirteen each, of their portals two each, and nine of the services.
    assert_eq!(tasks.len(), 11 * 13 + 11 * 2 + 9);
    let mut products: Vec<&str> =
        tasks.iter().map(|(_, action)| action.split_once(':').unwrap().1).collect();
    products.sort_unstable();
    products.dedup();
    assert_eq!(products.len(), 20, "{products:?}");
    // Each product is shown by somebody; at a second bank there may be none of it.
    for product in products {
        let shown = tasks.iter().any(|(_, action)| {
            let (entity, of) = action.split_once(':').unwrap();
            of == product && !empty.iter().any(|(e, p)| (e.as_str(), p.as_str()) == (entity, of))
        });
        assert!(shown, "{product} is empty everywhere");
    }
}

#[test]
fn an_analysis_names_the_employer_as_the_bank_does() {
    let scene = Scene::new();
    let login = scene.login("ok", "banco-chile");
    let told = scene.synaptic.run("banco-chile:financial-analysis", &login);
    let told = &told["results"][0];
    assert_eq!(told["employerName"], "Minera Cerro Aurora SpA");
    assert_eq!(told["seniority"], 11);
    let salaries: Vec<&str> = told["incomeSources"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|source| source["type"] == "salary")
        .map(|source| source["description"].as_str().unwrap())
        .collect();
    assert!((11..=12).contains(&salaries.len()), "{salaries:?}");
    assert!(salaries.iter().all(|glosa| !glosa.contains("AGUINALDO")), "{salaries:?}");
}

#[test]
fn what_is_told_agrees_with_v1_and_with_the_box() {
    let scene = Scene::new();
    let login = scene.login("ok", "banco-chile");
    let told = scene.synaptic.run("banco-chile:movements", &login);
    let told = told["results"].as_array().unwrap();
    let numbers: Vec<&str> =
        told.iter().map(|movement| movement["accountNumber"].as_str().unwrap()).collect();
    let today = scene.chile.today();
    let from = told.iter().map(|movement| movement["date"].as_str().unwrap()).min().unwrap();
    let mut shown = 0;
    let mut accounts: Vec<&str> = numbers.clone();
    accounts.sort_unstable();
    accounts.dedup();
    for account in accounts {
        shown += scene.chile.movements(account, from, &today).len();
    }
    assert_eq!(told.len(), shown);
    let served = scene.demo.client().list("/v1/records?product=identity");
    assert_eq!(served.len(), 0, "identity was not asked for");
    let valid = scene.synaptic.run("banco-chile:identity", &login);
    assert_eq!(valid["results"], json!([{"isValid": true}]));
    let served = scene.demo.client().list("/v1/records?product=identity");
    assert_eq!(served.len(), 1);
    let (rut, _) = scene.chile.person("ok", "banco-chile");
    assert_eq!(served[0]["content"]["rut"], rut.replace('.', ""));
}

#[test]
fn three_wrong_passwords_lock_a_user_at_an_entity() {
    let scene = Scene::new();
    let login = scene.login("ok", "banco-chile");
    let username = &login["username"];
    let open = json!({"enabled": true, "retryAfter": null});
    assert_eq!(scene.synaptic.standing(username, "banco-chile"), open);
    // The bank of the box locks at the third, and says so.
    for (guess, code) in [("wrong1", 401), ("wrong2", 401), ("wrong3", 423)] {
        let args = json!({"username": username, "password": guess});
        let ended = scene.synaptic.run("banco-chile:identity", &args);
        assert_eq!(ended["taskStatusCode"], code, "{ended}");
    }
    let standing = scene.synaptic.standing(username, "banco-chile");
    assert_eq!(standing["enabled"], false);
    let seconds = standing["retryAfter"].as_i64().unwrap();
    assert!((86_000..=86_401).contains(&seconds), "{seconds}");
    assert_eq!(scene.synaptic.standing(username, "banco-bci"), open);
    let ended = scene.synaptic.run("banco-chile:identity", &login);
    assert_eq!(ended["taskStatusCode"], 423);
    assert_eq!(ended["taskStatus"], "error");
    assert_eq!(ended["results"], Value::Null);
}

#[test]
fn a_task_outlasts_an_entity_that_fails_for_a_moment() {
    let scene = Scene::new();
    scene.chile.refuse_sessions("banco-chile", 2);
    let task = scene.synaptic.task("banco-chile:identity", &scene.login("ok", "banco-chile"));
    let ended = scene.synaptic.ended_while(&task, || scene.chile.pass_a_second());
    assert_eq!(ended["taskStatus"], "success", "{ended}");
    scene.chile.refuse_sessions("banco-chile", 3);
    let task = scene.synaptic.task("banco-chile:identity", &scene.login("ok", "banco-chile"));
    let ended = scene.synaptic.ended_while(&task, || scene.chile.pass_a_second());
    assert_eq!(ended["taskStatusCode"], 503, "{ended}");
}
