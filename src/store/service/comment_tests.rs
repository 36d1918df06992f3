//! Comments in the store: who reads them, what is refused, what is found, what outlives what.

use super::places::{Place, everywhere};
use super::*;
use crate::report::ReportId;

const REPORT: ReportId = ReportId([1; 16]);
const OTHER: ReportId = ReportId([2; 16]);
const FREE: CommentRules = CommentRules { moderation: Moderation::None, rate: None };
const HELD: CommentRules = CommentRules { moderation: Moderation::All, rate: None };

/// A store, and the accounts of two people.
fn store(place: &Place) -> (ServiceStore, i64, i64) {
    let store = place.open();
    let account = |name| store.create_account(name, Role::Reader, None, 1).expect("room").expect("a free name").id;
    let (ada, ben) = (account("Ada"), account("Ben"));
    (store, ada, ben)
}

fn new(author: i64, text: &str) -> NewComment<'_> {
    NewComment { report: REPORT, page: None, parent: None, author, text }
}

fn add(store: &ServiceStore, new: &NewComment<'_>, rules: &CommentRules) -> i64 {
    store.add_comment(new, rules, 100).expect("room").expect("taken").id
}

/// The numbers of the comments on the report, as somebody sees them.
fn seen(store: &ServiceStore, viewer: Viewer) -> Vec<i64> {
    let rows = store.comments_of(REPORT, None, viewer, CommentPlace::default(), 100).expect("readable");
    rows.into_iter().map(|row| row.id).collect()
}

fn found(store: &ServiceStore, text: &str) -> Vec<i64> {
    let Some(words) = SoughtWords::of(text) else { return Vec::new() };
    let rows = store.search_comments(&words, None, 100).expect("any text is legal");
    rows.into_iter().map(|row| row.id).collect()
}

#[test]
fn conversations_stay_together_and_are_read_in_parts() {
    everywhere(|place| {
        let (store, ada, ben) = store(place);
        let answer =
            |parent, author, text| add(&store, &NewComment { parent: Some(parent), ..new(author, text) }, &FREE);
        let first = add(&store, &NewComment { page: Some(4), ..new(ada, "one") }, &FREE);
        let second = add(&store, &new(ben, "two"), &FREE);
        let reply = answer(first, ben, "three");
        let deeper = answer(reply, ada, "four");
        add(&store, &NewComment { report: OTHER, ..new(ada, "elsewhere") }, &FREE);
        assert_eq!(seen(&store, Viewer::Anyone), [first, reply, deeper, second]);
        let row = store.comment(deeper).expect("readable").expect("there");
        assert_eq!(
            (row.thread, row.parent, row.page),
            (first, Some(reply), Some(4)),
            "an answer is where the question is"
        );
        assert_eq!((row.author_name.as_deref(), row.state), (Some("Ada"), CommentState::Shown));
        let part = |page, after| {
            let rows = store.comments_of(REPORT, page, Viewer::Anyone, after, 2).expect("readable");
            rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
        };
        assert_eq!(part(None, CommentPlace::default()), [first, reply]);
        assert_eq!(part(None, CommentPlace { thread: first, id: reply }), [deeper, second]);
        assert_eq!(part(Some(4), CommentPlace { thread: first, id: reply }), [deeper]);
        assert_eq!(store.count_comments(REPORT, None).expect("readable"), 4);
        assert_eq!(store.count_comments(REPORT, Some(4)).expect("readable"), 3);
        let newest = store.newest_comments(CommentState::Shown, Some(deeper), 2).expect("readable");
        assert_eq!(newest.iter().map(|row| row.id).collect::<Vec<_>>(), [reply, second]);
    });
}

#[test]
fn who_may_read_a_comment_depends_on_its_state() {
    everywhere(|place| {
        let (store, ada, ben) = store(place);
        let held = add(&store, &new(ada, "first words"), &HELD);
        assert_eq!(seen(&store, Viewer::Anyone), [] as [i64; 0]);
        assert_eq!(seen(&store, Viewer::Account(ben)), [] as [i64; 0]);
        assert_eq!(seen(&store, Viewer::Account(ada)), [held]);
        assert_eq!(seen(&store, Viewer::Moderator), [held]);
        assert_eq!(found(&store, "words"), [] as [i64; 0]);
        let moderate = |id, state| store.moderate_comment(id, state, "root", 200).expect("room").map(|row| row.state);
        assert_eq!(moderate(held, CommentState::Shown), Some(CommentState::Shown));
        assert_eq!((seen(&store, Viewer::Anyone), found(&store, "words")), (vec![held], vec![held]));
        assert_eq!(moderate(held, CommentState::Hidden), Some(CommentState::Hidden));
        assert_eq!((seen(&store, Viewer::Anyone), found(&store, "words")), (vec![], vec![]));
        assert_eq!(moderate(held, CommentState::Shown), Some(CommentState::Shown));
        // As long as somebody has answered, there is a place.
        let answer = add(&store, &NewComment { parent: Some(held), ..new(ben, "an answer") }, &FREE);
        assert!(!store.delete_own_comment(held, ben).expect("room"), "somebody else's");
        assert!(store.delete_own_comment(held, ada).expect("room"));
        assert_eq!(seen(&store, Viewer::Anyone), [held, answer]);
        let stub = store.comment(held).expect("readable").expect("there");
        assert_eq!((stub.text.as_str(), stub.state), ("", CommentState::Deleted));
        assert!(store.delete_own_comment(answer, ben).expect("room"));
        assert_eq!(seen(&store, Viewer::Moderator), [] as [i64; 0]);
        assert_eq!(moderate(held, CommentState::Shown), None, "its text is gone");
        let log = store.moderations(None, 10).expect("readable");
        let done: Vec<_> = log.iter().map(|row| (row.action, row.moderator.as_str(), row.comment)).collect();
        let of = |action| (action, "root", Some(held));
        use ModerationAction::{Approve, Hide};
        assert_eq!(done, [of(Approve), of(Hide), of(Approve)]);
    });
}

#[test]
fn first_comments_wait_until_one_is_shown() {
    everywhere(|place| {
        let (store, ada, _) = store(place);
        let rules = CommentRules { moderation: Moderation::First, rate: None };
        let state = |text: &str| store.add_comment(&new(ada, text), &rules, 100).expect("room").expect("taken").state;
        assert_eq!((state("one"), state("two")), (CommentState::Held, CommentState::Held));
        let first = seen(&store, Viewer::Moderator)[0];
        store.moderate_comment(first, CommentState::Shown, "root", 100).expect("room");
        assert_eq!(state("three"), CommentState::Shown);
        let edit =
            |moderation| store.edit_comment(first, ada, "changed", moderation, 300).expect("room").map(|row| row.state);
        assert_eq!(edit(Moderation::First), Some(CommentState::Shown));
        assert_eq!(found(&store, "changed"), [first]);
        assert_eq!(edit(Moderation::All), Some(CommentState::Held));
        assert_eq!((found(&store, "changed"), found(&store, "one")), (vec![], vec![]));
    });
}

#[test]
fn only_authors_change_a_comment_and_only_while_it_is_not_taken_down() {
    everywhere(|place| {
        let (store, ada, ben) = store(place);
        let id = add(&store, &new(ada, "one"), &FREE);
        let edit = |author, text| store.edit_comment(id, author, text, Moderation::None, 200).expect("room").is_some();
        assert!(!edit(ben, "mine now"));
        assert!(edit(ada, "better"));
        let row = store.comment(id).expect("readable").expect("there");
        assert_eq!((row.text.as_str(), row.created, row.edited), ("better", 100, Some(200)));
        store.moderate_comment(id, CommentState::Hidden, "root", 300).expect("room");
        assert!(!edit(ada, "back again"));
    });
}

#[test]
fn what_is_refused_says_why() {
    everywhere(|place| {
        let (store, ada, ben) = store(place);
        let rules = CommentRules { moderation: Moderation::None, rate: Some((2, 600)) };
        let add = |new: &NewComment<'_>, now| store.add_comment(new, &rules, now).expect("room").map(|row| row.id);
        let first = add(&new(ada, "one"), 1_000).expect("taken");
        assert_eq!(add(&new(ada, "one"), 1_001), Err(NotTaken::Repeated(first)));
        let nowhere = NewComment { parent: Some(99), ..new(ada, "two") };
        assert_eq!(add(&nowhere, 1_002), Err(NotTaken::NothingToAnswer));
        let across = NewComment { parent: Some(first), report: OTHER, ..new(ada, "two") };
        assert_eq!(add(&across, 1_002), Err(NotTaken::NothingToAnswer));
        add(&new(ada, "two"), 1_100).expect("taken");
        assert_eq!(add(&new(ada, "three"), 1_200), Err(NotTaken::TooMany(400)));
        add(&new(ben, "three"), 1_200).expect("another author");
        add(&new(ada, "three"), 1_600).expect("after a while");
        add(&new(ada, "one"), 1_000 + 86_401).expect("after a day");
        // A clock that was put back locks nobody out.
        add(&new(ada, "four"), 10).expect("taken");
        assert!(store.block_author(ada, "root", 2_000).expect("room"));
        assert!(!store.block_author(ada, "root", 2_000).expect("room"), "only once");
        assert_eq!(add(&new(ada, "five"), 9_000), Err(NotTaken::Blocked));
        assert!(store.edit_comment(first, ada, "spam", Moderation::None, 9_000).expect("room").is_none());
        assert_eq!(store.blocked_authors().expect("readable")[0].name, "Ada");
        assert!(store.unblock_author(ada, "root", 9_100).expect("room"));
        add(&new(ada, "five"), 9_200).expect("taken");
        assert!(!store.block_author(77, "root", 9_300).expect("room"), "no such account");
    });
}

#[test]
fn words_are_found_whatever_is_typed() {
    everywhere(|place| {
        let (store, ada, _) = store(place);
        let cash = add(&store, &new(ada, "Cash transfers reached Élodie's households"), &FREE);
        let water = add(&store, &new(ada, "Water prices (2019) rose; see AND, OR and NOT"), &FREE);
        let cjk = add(&store, &new(ada, "水の価格 wood"), &FREE);
        for (q, wanted) in [
            ("cash", vec![cash]),
            ("CASH households", vec![cash]),
            ("elodie", vec![cash]),
            ("\"cash transfers\"", vec![cash]),
            ("\"transfers cash\"", vec![]),
            ("house*", vec![cash]),
            ("house", vec![]),
            ("and", vec![water]),
            ("water NOT", vec![water]),
            ("水の価格", vec![cjk]),
            ("cash OR water", vec![]),
        ] {
            assert_eq!(found(&store, q), wanted, "{q}");
        }
        let odd = [
            "\"",
            "\"\"\"",
            "*",
            "cash*\"",
            "(cash",
            "cash)",
            "text:cash",
            "-cash",
            "NEAR(cash, 2)",
            "^cash",
            "cash + water",
            "'; DROP TABLE comments; --",
            "a\0b",
            "\u{301}",
            "\u{0903}",
            "\u{E000}",
            "{cash}",
            "cash AND",
            "\\",
            "%",
            "?1",
            ":a",
        ];
        for q in odd.into_iter().map(str::to_owned).chain(["cash ".repeat(500), "(".repeat(2_000), "\"a".repeat(700)]) {
            found(&store, &q);
            if let Some(words) = SoughtWords::of(&q) {
                store.comments_with(&words).expect("any text is legal");
            }
        }
        let count = |q: &str| store.comments_with(&SoughtWords::of(q).expect("a word")).expect("readable");
        add(&store, &NewComment { report: OTHER, ..new(ada, "wood and water") }, &FREE);
        assert_eq!(count("wood"), [(REPORT, 1), (OTHER, 1)]);
    });
}

#[test]
fn texts_of_any_shape_are_kept_and_found() {
    everywhere(|place| {
        let (store, ada, _) = store(place);
        let end = " oats";
        for (number, text) in [
            "x".repeat(4_000),
            "水".repeat(4_000),
            "a ".repeat(2_000),
            (0..1_000).map(|number| format!("{number} ")).collect(),
            "it's \\ 'quoted' \\\\' :* & | ! <-> $1 ?1 {} \u{1F4A7}\u{200D}".to_owned(),
            "e\u{301}".repeat(2_000),
        ]
        .into_iter()
        .enumerate()
        {
            let text = text + end;
            let id = add(&store, &new(ada, &text), &FREE);
            assert_eq!(store.comment(id).expect("readable").map(|row| row.text), Some(text), "{number}");
            assert!(found(&store, "oats").contains(&id), "{number}");
        }
        let nul = add(&store, &new(ada, "barley\0 rye"), &FREE);
        assert_eq!((found(&store, "rye"), found(&store, "barley")), (vec![nul], vec![nul]));
    });
}

#[test]
fn comments_outlive_their_authors_and_the_store_being_opened_again() {
    everywhere(|place| {
        let (store, ada, _) = store(place);
        let id = add(&store, &new(ada, "one"), &FREE);
        store.block_author(ada, "root", 100).expect("room");
        let before = store.comments_revision().expect("readable");
        store
            .write(|transaction| transaction.execute("DELETE FROM accounts WHERE id = ?1", database::values![ada]))
            .expect("room");
        drop(store);
        let store = place.open();
        let row = store.comment(id).expect("readable").expect("there");
        assert_eq!((row.author, row.author_name, row.text.as_str()), (None, None, "one"));
        assert_eq!(found(&store, "one"), [id]);
        assert_eq!(store.moderations(None, 1).expect("readable")[0].author, None);
        assert!(store.comments_revision().expect("readable") > before, "their name is not shown any more");
    });
}

#[test]
fn every_change_is_a_new_revision() {
    everywhere(|place| {
        let (store, ada, _) = store(place);
        let mut last = store.comments_revision().expect("readable");
        let mut is_new = |what: &str| {
            let revision = store.comments_revision().expect("readable");
            assert!(revision > last, "{what}");
            last = revision;
        };
        let id = add(&store, &new(ada, "one"), &HELD);
        is_new("written");
        store.moderate_comment(id, CommentState::Shown, "root", 1).expect("room");
        is_new("approved");
        store.edit_comment(id, ada, "two", Moderation::None, 2).expect("room");
        is_new("edited");
        store.block_author(ada, "root", 3).expect("room");
        is_new("blocked");
        store.unblock_author(ada, "root", 4).expect("room");
        is_new("unblocked");
        store.delete_own_comment(id, ada).expect("room");
        is_new("deleted");
    });
}
