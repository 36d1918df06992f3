//! Places → the fields of the index that hold them.

use crate::index::Fields;
use crate::search::place::Place;
use tantivy::schema::Field;

/// The field that holds a place.
pub(in crate::search) fn field(fields: &Fields, place: Place) -> Field {
    match place {
        Place::Body => fields.body,
        Place::Title => fields.title,
        Place::Author => fields.author,
        Place::Subject => fields.subject,
        Place::File => fields.file,
        Place::Heading => fields.heading,
        Place::Statement => fields.statement,
        Place::Furniture => fields.furniture,
        Place::Accented => fields.accented,
        Place::Section => fields.section,
        Place::Tag => fields.tag,
    }
}
