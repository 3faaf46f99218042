//! The pages of one column, and no more of them than a group can have filled.
//!
//! A text points into its page, which stays in memory as long as one of its texts is in hand. A file of some hundred
//! kilobytes can have thousands of pages, each of which tells one text and unpacks to megabytes. What a single page
//! unpacks to is up to Parquet: 2 GiB at most.

use crate::row_group::MOST_BYTES;
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result};

/// Unpacked bytes of one column. A group is full when the texts of all its columns have a quarter of them; the rest is for
/// the row that fills it, and for levels.
const MOST_UNPACKED: usize = 4 * MOST_BYTES;

/// Pages until they are too many.
pub(crate) struct BoundedPages {
    pages: Box<dyn PageReader>,
    left: usize,
}

impl BoundedPages {
    pub(crate) fn new(pages: Box<dyn PageReader>) -> Self {
        Self { pages, left: MOST_UNPACKED }
    }
}

impl PageReader for BoundedPages {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        let page = self.pages.get_next_page()?;
        let unpacked = page.as_ref().map_or(0, |page| page.buffer().len());
        let left = self.left.checked_sub(unpacked);
        self.left =
            left.ok_or_else(|| ParquetError::General("more pages than a group can fill".to_owned()))?;
        Ok(page)
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.pages.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.pages.skip_next_page()
    }
}

impl Iterator for BoundedPages {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use parquet::basic::Encoding;

    /// One page again and again.
    struct Same(Bytes);

    impl PageReader for Same {
        fn get_next_page(&mut self) -> Result<Option<Page>> {
            let (buf, level) = (self.0.clone(), Encoding::RLE);
            Ok(Some(Page::DataPage {
                buf,
                num_values: 1,
                encoding: Encoding::PLAIN,
                def_level_encoding: level,
                rep_level_encoding: level,
                statistics: None,
            }))
        }

        fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
            Ok(None)
        }

        fn skip_next_page(&mut self) -> Result<()> {
            Ok(())
        }
    }

    impl Iterator for Same {
        type Item = Result<Page>;

        fn next(&mut self) -> Option<Self::Item> {
            self.get_next_page().transpose()
        }
    }

    #[test]
    fn pages_end_where_no_group_has_more() {
        let page = Bytes::from(vec![0; MOST_BYTES / 2]);
        let mut pages = BoundedPages::new(Box::new(Same(page)));
        assert_eq!(pages.by_ref().take_while(Result::is_ok).count(), 8);
        assert!(pages.next().is_some_and(|page| page.is_err()), "and none comes after it");
    }
}
