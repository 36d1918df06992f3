//! The web pages: view models made from the contract's types, and the templates that show them.
//!
//! **Invariants:** every page is whole without scripts; no template writes a text unescaped; all state of a search
//! stands in its address.

pub mod format;
pub mod pages;

mod accounts;
mod admin;
mod browse;
mod citation;
mod comment_form;
mod comment_lists;
mod comments;
mod contents;
mod contributors;
mod copies;
mod cover;
mod docs;
mod edit;
mod feed;
mod filters;
mod form;
mod home;
mod languages;
mod marked;
mod metadata;
mod moderation;
mod page;
mod page_text;
mod query_state;
mod related;
mod report;
mod search;
mod sheet;
mod shell;
mod sitemap;
mod strip;
mod upload;
mod values;

pub use accounts::{AccountsPage, KeysPage, accounts_page, keys_page};
pub use admin::{FailuresView, GapsView, OverviewView, failures_page, gaps_page, overview_page};
pub use browse::{BrowsePage, browse_page, narrowing};
pub use comment_form::{CommentFormView, comment_form_page};
pub use comment_lists::{CommentFeed, CommentsList, ListedComment, comment_feed, comment_list_page};
pub use comments::{CommentsPart, CommentsSection, Writing, report_comments_page};
pub use contributors::{ContributorsPage, contributors_page};
pub use docs::{
    DocsBody, DocsField, DocsGroup, DocsOperation, DocsPage, DocsParameter, DocsProblem, DocsResponse, docs_page,
};
pub use edit::{EditView, Noticed, edit_kept_page, edit_page};
pub use feed::{FeedEntry, FeedPage, atom_feed, feed_text, json_feed};
pub use form::{AccountPage, Field, Form, FormPage, Line, account_page, form_page, new_password_fields};
pub use format::day;
pub use home::{HomeView, home_page};
pub use languages::language_name;
pub use metadata::{DataBlock, link_header};
pub use moderation::{ModerationPage, moderation_page};
pub use page::{At, PageView, page_page};
pub use query_state::QueryState;
pub use report::{ReportView, report_page};
pub use search::{refused_page, results_page};
pub use shell::{SCRIPT_PATH, STYLESHEET_PATH, asset_hash, error_page, icon, opensearch, render, script, stylesheet};
pub use sitemap::{SitemapEntry, sitemap, sitemap_index};
pub use upload::{Fate, HandedLine, UploadView, handed_page, upload_page};
pub use values::{ValuesPage, values_page};
