//! Plans what many terminals share: outages, bad firmware, policies.

use crate::FaultKind;
use crate::fault::{Course, Scope, entry_name};
use crate::plot::{MINUTE_MS, Plot, SEEN};
use rand::RngExt;

impl Plot<'_> {
    /// One incident.
    pub(crate) fn shared(&mut self, kind: FaultKind, _: u32) {
        // A scope has at most one incident of a day, so that each can be told by its scope. Where nobody is
        // hit often enough, the last one drawn must do.
        for tries in 0..60 {
            let (name, scope) = match kind {
                FaultKind::IssuerOutage => ("issuer_outage", Scope::Issuer(self.some_issuer())),
                FaultKind::LinkOutage => {
                    let link = self.random.random_range(0..self.fleet.links.len()) as u32;
                    (if self.draw(0.5) { "link_outage" } else { "link_refusal" }, Scope::Link(link))
                }
                FaultKind::RegionOutage => {
                    let regions = self.town.make.regions;
                    ("region_outage", Scope::Region(regions[self.random.random_range(0..regions.len())]))
                }
                FaultKind::SiteTrouble => match self.large_site() {
                    Some(site) => ("site_trouble", Scope::Site(site)),
                    None => return,
                },
                FaultKind::PolicyChange => {
                    let entry = entry_name(if self.draw(0.6) { 0 } else { 1 });
                    ("policy_change", Scope::IssuerEntry(self.some_issuer(), entry))
                }
                _ => return self.firmware_bug(),
            };
            let is_new = !self.town.faults.iter().any(|fault| fault.scope == scope);
            let share = self.share(&scope);
            if !is_new || share <= 0.0 {
                continue;
            }
            let (_, nature) = self.nature(name);
            let window = match nature.minutes {
                Some(minutes) => {
                    let (hits, window) = self.window(share, nature.effect, minutes);
                    if hits < SEEN && tries < 50 {
                        continue;
                    }
                    window
                }
                None => {
                    (self.midnight() + self.random.random_range(9 * 60..16 * 60) * MINUTE_MS, self.last())
                }
            };
            let effect = self.effect(&nature);
            let number = self.add(name, scope, window, effect, Course::Even);
            self.town.shared.push(number);
            return;
        }
    }

    /// A firmware that a model gets and that does not suit it.
    fn firmware_bug(&mut self) {
        let Some((model, firmware, start)) = self.roll_out() else { return };
        let name = if self.draw(0.6) { "firmware_format" } else { "firmware_reader" };
        let (_, nature) = self.nature(name);
        let effect = self.effect(&nature);
        let scope = Scope::Firmware(model, firmware);
        let number = self.add(name, scope, (start, self.last()), effect, Course::Even);
        self.town.shared.push(number);
    }

    /// Most terminals of a model get a new firmware, which none of them had: model, firmware, moment.
    pub(crate) fn roll_out(&mut self) -> Option<(&'static str, &'static str, i64)> {
        let make = self.town.make;
        let updated = |plot: &Self, model| {
            let of_model = |terminal: &crate::Terminal| terminal.model == model && terminal.update.is_some();
            plot.fleet.terminals.iter().any(of_model)
        };
        let left: Vec<&str> =
            make.models.iter().map(|(model, _)| *model).filter(|model| !updated(self, *model)).collect();
        let model = *left.get(self.random.random_range(0..left.len().max(1)))?;
        let (first, latest) = (make.firmwares[0], *make.firmwares.last()?);
        let start = self.midnight() + self.random.random_range(8 * 60..15 * 60) * MINUTE_MS;
        for terminal in self.fleet.terminals.iter_mut().filter(|terminal| terminal.model == model) {
            if terminal.firmware == latest {
                terminal.firmware = first;
            }
            if self.random.random_range(0..100) < 85 {
                let skew = self.fleet.links[terminal.link as usize].skew;
                terminal.update = Some((start + skew, latest));
            }
        }
        Some((model, latest, start))
    }

    /// An issuer with at least a hundredth of all cards, if there is one.
    pub(crate) fn some_issuer(&mut self) -> u16 {
        let shares = &self.town.issuer_shares;
        let large: Vec<usize> = (0..shares.len()).filter(|at| shares[*at] >= 0.01).collect();
        let all: Vec<usize> = (0..shares.len()).collect();
        let from = if large.is_empty() { all } else { large };
        from[self.random.random_range(0..from.len())] as u16
    }

    /// A site with several terminals, the likelier the more they have to do.
    fn large_site(&mut self) -> Option<u32> {
        let least = if self.fleet.terminals.len() > 200 { 4 } else { 2 };
        (0..400).find_map(|_| {
            let terminal = self.some_terminal();
            let site = self.fleet.terminals[terminal as usize].site;
            (self.at_site(site).len() >= least).then_some(site)
        })
    }

    /// The share of all attempts that a scope has.
    fn share(&self, scope: &Scope) -> f64 {
        let of = |is_in: &dyn Fn(&crate::Terminal) -> bool| -> f64 {
            let terminals = self.fleet.terminals.iter().zip(&self.town.shares);
            terminals.filter(|(terminal, _)| is_in(terminal)).map(|(_, share)| share).sum()
        };
        match *scope {
            Scope::Terminal(at) => self.town.shares[at as usize],
            Scope::Site(site) => of(&|terminal| terminal.site == site),
            Scope::Region(region) => of(&|terminal| terminal.region == region),
            Scope::Link(link) => of(&|terminal| terminal.link == link),
            Scope::Firmware(model, _) => of(&|terminal| terminal.model == model),
            Scope::Issuer(issuer) | Scope::IssuerEntry(issuer, _) => {
                self.town.issuer_shares[usize::from(issuer)]
            }
        }
    }
}
