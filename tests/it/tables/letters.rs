//! Dead letters.

use chrono::{DateTime, TimeDelta};
use cqrs_runtime::store::{
    AdvanceVerdict, BatchKind, DeadLetter, Discard, LetterChanges, LetterRequest, RowBatch, StreamKey,
};

use super::wide::Wide;
use super::{Filling, Fixture};
use crate::database::on_both;

on_both! {
    by(super::super::Fixture::of)
    letters_come_back
    letters_are_asked_for_by_sequence
    what_was_left_out_is_left_out_again
}

/// A letter at a position, with the extremes of what it may hold.
pub(super) fn letter(position: u64) -> DeadLetter {
    DeadLetter {
        position,
        sequence: i64::MIN + position.cast_signed() % 3,
        sequence_key: "Account/\"a\"".to_owned(),
        stream: StreamKey::new("Account", "'ä'").of_tenant("t"),
        version: u64::from(u32::MAX),
        name: "Opened".to_owned(),
        schema_version: u32::MAX,
        error: "there is no row\n\"x\" \\ 😀".to_owned(),
        attempts: u32::MAX,
        parked_at: DateTime::UNIX_EPOCH - TimeDelta::microseconds(1),
        retry_at: None,
        request: None,
    }
}

async fn change(filling: &Filling<'_>, parked: Vec<DeadLetter>, settled: Vec<u64>) {
    change_all(filling, LetterChanges { parked, settled, ..LetterChanges::default() }).await;
}

async fn change_all(filling: &Filling<'_>, letters: LetterChanges) {
    let steps = filling.steps(0);
    let batch = RowBatch { steps: &steps, kind: BatchKind::Retry, letters, ..filling.batch() };
    assert_eq!(filling.tables.write(&batch).await.unwrap(), AdvanceVerdict::Advanced);
}

async fn letters_come_back(fixture: Fixture) {
    let filling = fixture.filling(&Wide::shape()).await;
    let other = DeadLetter {
        retry_at: Some(DateTime::UNIX_EPOCH + TimeDelta::microseconds(253_402_300_799_999_999)),
        request: Some(LetterRequest::Discard),
        error: String::new(),
        ..letter(i64::MAX as u64)
    };
    change(&filling, vec![other.clone(), letter(7), letter(2)], Vec::new()).await;
    let letters = async || fixture.tables().letters(&filling.key).await.unwrap();
    assert_eq!(letters().await, [letter(2), letter(7), other.clone()]);
    let replaced = DeadLetter { attempts: 1, sequence: 4, request: Some(LetterRequest::Retry), ..letter(7) };
    change(&filling, vec![replaced.clone()], vec![2, 3]).await;
    assert_eq!(letters().await, [replaced, other]);
    // No error may keep a letter from being parked.
    let without_nul = DeadLetter { error: "a\u{fffd}b".to_owned(), ..letter(7) };
    change(&filling, vec![DeadLetter { error: "a\0b".to_owned(), ..letter(7) }], vec![i64::MAX as u64]).await;
    assert_eq!(letters().await, [without_nul]);
}

async fn letters_are_asked_for_by_sequence(fixture: Fixture) {
    let filling = fixture.filling(&Wide::shape()).await;
    change(&filling, (1..=6).map(letter).collect(), Vec::new()).await;
    let tables = fixture.tables();
    let asked = tables.request(&filling.key, letter(2).sequence, 2, LetterRequest::Retry).await.unwrap();
    let discarded = tables.request(&filling.key, letter(3).sequence, 3, LetterRequest::Discard).await.unwrap();
    let unknown = tables.request(&filling.key, 9, 9, LetterRequest::Retry).await.unwrap();
    let late = tables.request(&filling.key, letter(4).sequence, 4, LetterRequest::Discard).await.unwrap();
    assert_eq!((asked, discarded, unknown, late), (2, 2, 0, 0), "it may be the first one no more");
    let requests = tables.letters(&filling.key).await.unwrap();
    let requests: Vec<_> = requests.into_iter().map(|letter| letter.request).collect();
    let (retry, discard) = (Some(LetterRequest::Retry), Some(LetterRequest::Discard));
    assert_eq!(requests, [None, retry, discard, None, retry, retry], "the first one alone is left out");
}

async fn what_was_left_out_is_left_out_again(fixture: Fixture) {
    let shape = Wide::shape();
    let filling = fixture.filling(&shape).await;
    change(&filling, (1..=4).map(letter).collect(), Vec::new()).await;
    let tables = fixture.tables();
    tables.request(&filling.key, letter(1).sequence, 1, LetterRequest::Discard).await.unwrap();
    tables.request(&filling.key, letter(2).sequence, 2, LetterRequest::Discard).await.unwrap();
    // The second one was asked for as it was being tried again, which went well.
    change_all(&filling, LetterChanges { settled: vec![1, 2, 4], discarded: vec![1], ..LetterChanges::default() })
        .await;
    let letter_1 = letter(1);
    let left_out =
        Discard { position: 1, sequence_key: letter_1.sequence_key, name: letter_1.name, error: letter_1.error };
    assert_eq!(tables.discards(super::PROJECTION).await.unwrap(), [left_out], "what was tried again is not");
    assert_eq!(tables.discards("wid").await.unwrap(), []);

    let other = fixture.fill(&shape, &fixture.create_of(&shape, "other").await, 2).await;
    let waits = DeadLetter { error: String::new(), ..letter(1) };
    change(&other, vec![waits, letter(2)], Vec::new()).await;
    let requests = async || {
        let letters = tables.letters(&other.key).await.unwrap();
        letters.into_iter().map(|letter| letter.request).collect::<Vec<_>>()
    };
    assert_eq!(requests().await, [None, None], "what only stands behind another is not");
    change(&other, vec![letter(1)], Vec::new()).await;
    assert_eq!(requests().await, [Some(LetterRequest::Discard), None]);
    tables.drop_generation(&other.key).await.unwrap();
    assert_eq!(tables.discards(super::PROJECTION).await.unwrap().len(), 1);
}
