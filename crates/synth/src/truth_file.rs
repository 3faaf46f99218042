//! The truth as tab-separated rows, each beginning with what it is about.

use crate::facts::CAUSES;
use crate::truth::{Counts, OUTCOMES};
use crate::{Truth, moment};
use std::io::{self, Write};

impl Truth {
    /// Writes everything: `section`, then that section's columns, each section under a header of its
    /// own that begins with `#`.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn write_tsv(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "#log\tcoverage\tlines\tbytes\torphan_reversals")?;
        writeln!(out, "log\t{}\t{}\t{}\t{}", self.coverage, self.lines, self.bytes, self.orphan_reversals)?;
        writeln!(out, "#ledger\tname\tframes")?;
        for (name, count) in self.ledger.rows() {
            writeln!(out, "ledger\t{name}\t{count}")?;
        }
        writeln!(out, "#amount\tcurrency\tfailed\tapproved_then_lost")?;
        for (currency, money) in &self.amounts {
            writeln!(out, "amount\t{currency}\t{}\t{}", money.failed, money.approved_then_lost)?;
        }
        writeln!(out, "#code\tdialect\tcode\tfailed")?;
        for ((dialect, code), count) in &self.codes {
            writeln!(out, "code\t{dialect}\t{code}\t{count}")?;
        }
        let columns = [&["exchanges"], &OUTCOMES[..], &CAUSES[..]].concat().join("\t");
        writeln!(out, "#fleet\t{columns}")?;
        writeln!(out, "fleet\t{}", row(&self.totals))?;
        writeln!(
            out,
            "#terminal\tterminal_id\tmerchant_id\tlink\tsite\tregion\tmodel\tfirmware\t{columns}\tfirst_failed\tlast_approved"
        )?;
        for terminal in &self.terminals {
            let time = |at: Option<i64>| at.map_or(String::new(), |at| moment(at).to_string());
            writeln!(
                out,
                "terminal\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}",
                terminal.terminal,
                terminal.merchant,
                terminal.link,
                terminal.site,
                terminal.place.join("\t"),
                row(&terminal.counts),
                time(terminal.first_failed),
                time(terminal.last_approved),
            )?;
        }
        writeln!(out, "#reason\tterminal_id\tcause\treason\tfailed")?;
        for terminal in &self.terminals {
            for (reason, count) in self.reasons.iter().zip(&terminal.reasons).filter(|(_, count)| **count > 0)
            {
                let cause = CAUSES[reason.cause];
                writeln!(out, "reason\t{}\t{cause}\t{}\t{count}", terminal.terminal, reason.name)?;
            }
        }
        Ok(())
    }
}

fn row(counts: &Counts) -> String {
    let numbers = [&[counts.exchanges], &counts.outcomes[..], &counts.causes[..]].concat();
    numbers.iter().map(u64::to_string).collect::<Vec<_>>().join("\t")
}
