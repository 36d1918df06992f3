//! Marked content and optional content: what is artifact, what is replaced by /ActualText, what is switched off.
//! ISO 32000-2 §8.11, §14.6, §14.9.4.

use crate::pdf::objects::{Objects, as_dictionary};
use lopdf::{Dictionary, Object, ObjectId};
use std::collections::HashSet;

/// Nesting of visibility expressions evaluated, and operands of each level: one that names itself ends, and soon.
const MAX_EXPRESSION_DEPTH: u32 = 3;
const MAX_OPERANDS: usize = 16;

/// Optional content groups that are off when the document is opened.
#[derive(Debug, Default)]
pub struct OptionalContent {
    hidden: HashSet<ObjectId>,
}

impl OptionalContent {
    /// Reads the default configuration from the catalog's /OCProperties.
    pub fn load(objects: &Objects) -> OptionalContent {
        let mut hidden = HashSet::new();
        let properties = objects
            .document()
            .trailer
            .get(b"Root")
            .ok()
            .and_then(|root| objects.resolve(root))
            .and_then(as_dictionary)
            .and_then(|catalog| objects.dictionary(catalog, b"OCProperties"));
        if let Some(properties) = properties
            && let Some(configuration) = objects.dictionary(properties, b"D")
        {
            if objects.name(configuration, b"BaseState") == Some(b"OFF") {
                hidden.extend(references(objects.array(properties, b"OCGs")));
                for on in references(objects.array(configuration, b"ON")) {
                    hidden.remove(&on);
                }
            }
            hidden.extend(references(objects.array(configuration, b"OFF")));
        }
        OptionalContent { hidden }
    }

    /// Whether content under this group or membership dictionary (the value of /OC, or a property list) is off.
    pub fn is_hidden(&self, objects: &Objects, group: &Object) -> bool {
        if self.hidden.is_empty() {
            return false;
        }
        let Some((id, resolved)) = objects.resolve_with_id(group) else { return false };
        if id.is_some_and(|id| self.hidden.contains(&id)) {
            return true;
        }
        as_dictionary(resolved).is_some_and(|dictionary| self.is_membership_hidden(objects, dictionary))
    }

    /// A membership dictionary (§8.11.2.2): its visibility expression goes before its policy.
    fn is_membership_hidden(&self, objects: &Objects, membership: &Dictionary) -> bool {
        let expression = membership.get(b"VE").ok().and_then(|expression| self.is_visible(objects, expression, 0));
        if let Some(is_visible) = expression {
            return !is_visible;
        }
        let members: Vec<ObjectId> = match membership.get(b"OCGs") {
            Ok(Object::Reference(id)) if !matches!(objects.get(membership, b"OCGs"), Some(Object::Array(_))) => {
                vec![*id]
            }
            Ok(_) => references(objects.array(membership, b"OCGs")).collect(),
            Err(_) => return false,
        };
        if members.is_empty() {
            return false;
        }
        let mut off = members.iter().map(|id| self.hidden.contains(id));
        match objects.name(membership, b"P") {
            Some(b"AllOn") => off.any(|is_off| is_off),
            Some(b"AnyOff") => !off.any(|is_off| is_off),
            Some(b"AllOff") => !off.all(|is_off| is_off),
            _ => off.all(|is_off| is_off),
        }
    }

    /// The value of a visibility expression; `None` for what is none, or nested too deep.
    fn is_visible(&self, objects: &Objects, expression: &Object, depth: u32) -> Option<bool> {
        if let Object::Reference(id) = expression
            && !matches!(objects.resolve(expression), Some(Object::Array(_)))
        {
            return Some(!self.hidden.contains(id));
        }
        let Some(Object::Array(parts)) = objects.resolve(expression) else { return None };
        let (operator, operands) = parts.split_first()?;
        let Some(Object::Name(operator)) = objects.resolve(operator).filter(|_| depth < MAX_EXPRESSION_DEPTH) else {
            return None;
        };
        let mut values = operands.iter().take(MAX_OPERANDS).map(|part| self.is_visible(objects, part, depth + 1));
        match operator.as_slice() {
            b"Not" => values.next()?.map(|value| !value),
            b"And" => values.try_fold(true, |all, value| Some(all && value?)),
            b"Or" => values.try_fold(false, |any, value| Some(any || value?)),
            _ => None,
        }
    }
}

fn references(array: Option<&[Object]>) -> impl Iterator<Item = ObjectId> {
    array.unwrap_or_default().iter().filter_map(|item| item.as_reference().ok())
}

/// One level of marked content.
#[derive(Debug, Clone, PartialEq)]
pub struct MarkedContent {
    /// Tagged /Artifact, or within one that is.
    pub is_artifact: bool,
    /// Switched off by optional content, or within one that is.
    pub is_hidden: bool,
    /// Replacement text.
    pub actual_text: Option<ActualText>,
}

/// Replacement text of marked content, and what the page had when it began.
#[derive(Debug, Clone, PartialEq)]
pub struct ActualText {
    /// The text.
    pub text: String,
    /// Glyphs emitted before it.
    pub glyphs_before: usize,
    /// Of the codes shown before it, those without known text.
    pub unknown_before: u32,
}
