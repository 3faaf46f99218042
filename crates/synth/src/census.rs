//! Draws who lives in a labelled world: links, sites and their terminals, issuers and their customers.

use crate::Settings;
use crate::bank::{ACCOUNT, Bank, NETWORK, OPERATOR};
use crate::facts::{CAUSES, Facts};
use crate::fleet::{Fleet, Issuer, Link, Terminal, weighted};
use crate::make::{LinkMake, Make};
use crate::random::{Random, Spread, happens, lognormal};
use crate::shop::Shop;
use crate::town::{Till, Town, till_rates};
use rand::RngExt;
use rand::distr::Distribution;
use rand::distr::weighted::WeightedIndex;
use std::rc::Rc;

/// Terminals of one sort of site read cards in so many different mixes.
const HABITS: usize = 4;

/// What all terminals of a site share.
struct Place {
    site: u32,
    shop: usize,
    region: usize,
    link: u32,
    clientele: u16,
    volume: f64,
    opens: u16,
    closes: u16,
    rates: [f64; CAUSES.len()],
}

/// What sites are drawn by.
struct Country {
    shops: Vec<Rc<Shop>>,
    by_share: WeightedIndex<f64>,
    regions: WeightedIndex<f64>,
    links: WeightedIndex<f64>,
    /// Each region's own link.
    own_links: Vec<u32>,
    /// How often the path fails, by region and by link.
    region_rates: Vec<f64>,
    link_rates: Vec<f64>,
    models: WeightedIndex<f64>,
}

/// A labelled world without faults.
pub(crate) fn draw(
    make: &'static Make,
    settings: &Settings,
    facts: &Facts,
    random: &mut Random,
) -> (Fleet, Town) {
    let link = |of: &LinkMake| Link::draw(of.name.to_owned(), of.dialect, make.currency, 0.25, facts, random);
    let links: Vec<Link> = make.links.iter().map(link).collect();
    let country = Country::draw(make, settings, random);
    let (mut terminals, mut tills) = (Vec::new(), Vec::new());
    let base = 20_000_000 + random.random_range(0..1_000) * 10_000;
    let mut sites = 0;
    while terminals.len() < settings.terminals.max(1) as usize {
        let place = country.place(make, sites, random);
        let left = settings.terminals.max(1) - terminals.len() as u32;
        for _ in 0..size(country.shops[place.shop].most, random).min(left) {
            let id = base + terminals.len() as u32 * 3;
            let (terminal, till) = country.terminal(make, &place, id, settings, random);
            terminals.push(terminal);
            tills.push(till);
        }
        sites += 1;
    }
    let count = random.random_range(make.issuers.0..=make.issuers.1) as usize;
    let issuers: Vec<Issuer> = (0..count).map(|at| Issuer::new(at, random)).collect();
    let banks = (0..count).map(|_| Bank::draw(make, &links, facts, random)).collect();
    let clienteles = clienteles(make, count, random);
    let entries = country.shops.iter().flat_map(|shop| (0..HABITS).map(move |_| shop));
    let entries = entries.map(|shop| habit(shop, random)).collect();
    let drawn = clienteles.iter().map(|weights| weighted(weights.iter().copied())).collect();
    let mut town = Town::new(make, tills, banks, drawn, sites, settings.seed, random);
    let fleet = Fleet { links, terminals, issuers, entries, stripes: Some(make.stripes) };
    town.survey(settings, &fleet);
    let shares = issuer_shares(&town, &clienteles);
    stand_out(&mut town, &shares, random);
    balance(&mut town, &shares);
    town.issuer_shares = shares;
    (fleet, town)
}

/// How many terminals a site has: most have few.
fn size(most: u32, random: &mut Random) -> u32 {
    1 + weighted((1..=most).map(|count| libm::pow(f64::from(count), -1.4))).sample(random) as u32
}

/// Each region's own link: as many regions have a link as its weight asks for.
fn own_links(make: &Make, random: &mut Random) -> Vec<u32> {
    let total: f64 = make.links.iter().map(|link| link.weight).sum();
    let start = random.random::<f64>();
    let mut own: Vec<u32> = (0..make.regions.len())
        .map(|region| {
            let mut left = (region as f64 + start) / make.regions.len() as f64 * total;
            let is_past = |link: &LinkMake| {
                left -= link.weight;
                left < 0.0
            };
            make.links.iter().position(is_past).unwrap_or_default() as u32
        })
        .collect();
    for at in (1..own.len()).rev() {
        own.swap(at, random.random_range(0..=at));
    }
    own
}

/// The mix in which a sort of terminal reads cards.
fn habit(shop: &Shop, random: &mut Random) -> WeightedIndex<f64> {
    weighted(shop.entries.map(|weight| weight * lognormal(random, 0.25)))
}

/// Weights of issuers, by clientele.
fn clienteles(make: &Make, issuers: usize, random: &mut Random) -> Vec<Vec<f64>> {
    let holders: Vec<f64> = (0..issuers).map(|_| make.holders.draw(random) + 0.02).collect();
    let mut all = Vec::new();
    for region in 0..make.regions.len() {
        for _ in 0..make.clienteles {
            let mut weights: Vec<f64> =
                holders.iter().map(|holder| holder * make.clientele.draw(random)).collect();
            let total: f64 = weights.iter().sum();
            weights[region % issuers] += total * make.local_bank / (1.0 - make.local_bank);
            all.push(weights);
        }
    }
    all
}

/// The share of each issuer's cards.
fn issuer_shares(town: &Town, clienteles: &[Vec<f64>]) -> Vec<f64> {
    let mut visits = vec![0.0; clienteles.len()];
    for (till, share) in town.tills.iter().zip(&town.shares) {
        visits[usize::from(till.clientele)] += share;
    }
    let mut shares = vec![0.0; town.banks.len()];
    for (weights, visits) in clienteles.iter().zip(visits) {
        let total: f64 = weights.iter().sum();
        for (share, weight) in shares.iter_mut().zip(weights) {
            *share += visits * weight / total;
        }
    }
    shares
}

/// One or two smaller issuers decline several times as often as others.
fn stand_out(town: &mut Town, shares: &[f64], random: &mut Random) {
    let small: Vec<usize> = (0..shares.len()).filter(|at| (0.004..0.04).contains(&shares[*at])).collect();
    for _ in 0..random.random_range(1..=2) {
        if let Some(at) = small.get(random.random_range(0..small.len().max(1))) {
            town.banks[*at].rates[ACCOUNT] = f64::from(random.random_range(3..=6));
        }
    }
}

/// Makes rates average to 1 over a day's attempts, so that the day's own rates hold.
fn balance(town: &mut Town, issuer_shares: &[f64]) {
    for cause in 0..CAUSES.len() {
        let mean: f64 =
            town.tills.iter().zip(&town.shares).map(|(till, share)| till.rates[cause] * share).sum();
        town.tills.iter_mut().for_each(|till| till.rates[cause] /= mean);
        let mean: f64 =
            town.banks.iter().zip(issuer_shares).map(|(bank, share)| bank.rates[cause] * share).sum();
        town.banks.iter_mut().for_each(|bank| bank.rates[cause] /= mean);
    }
}

impl Country {
    fn draw(make: &Make, settings: &Settings, random: &mut Random) -> Self {
        let regions = make.regions.len();
        let links = weighted(make.links.iter().map(|link| link.weight));
        let shops: Vec<Rc<Shop>> = Shop::of(settings.world).into_iter().map(Rc::new).collect();
        Self {
            by_share: weighted(shops.iter().map(|shop| shop.share)),
            shops,
            regions: weighted((0..regions).map(|_| lognormal(random, 0.5))),
            own_links: own_links(make, random),
            region_rates: (0..regions).map(|_| Spread::Gamma(12.0).draw(random)).collect(),
            link_rates: make.links.iter().map(|_| Spread::Gamma(8.0).draw(random)).collect(),
            models: weighted(make.models.iter().map(|(_, share)| *share)),
            links,
        }
    }

    fn place(&self, make: &Make, site: u32, random: &mut Random) -> Place {
        let shop = self.by_share.sample(random);
        let region = self.regions.sample(random);
        let is_loyal = happens(random, make.loyalty);
        let link = if is_loyal { self.own_links[region] } else { self.links.sample(random) as u32 };
        let of = &self.shops[shop];
        let opens = random.random_range(of.opens.0..=of.opens.1) * 60 + random.random_range(0..2) * 30;
        let hours = random.random_range(of.open_for.0..=of.open_for.1);
        let mut rates = [1.0; CAUSES.len()];
        rates[NETWORK] = self.region_rates[region] * self.link_rates[link as usize];
        rates[OPERATOR] = Spread::Gamma(20.0).draw(random);
        Place {
            site,
            shop,
            region,
            link,
            clientele: (region * make.clienteles + random.random_range(0..make.clienteles)) as u16,
            volume: of.volume * make.site_volumes.draw(random),
            opens,
            closes: if hours == 24 { opens } else { opens + hours * 60 },
            rates,
        }
    }

    fn terminal(
        &self,
        make: &'static Make,
        place: &Place,
        id: u32,
        settings: &Settings,
        random: &mut Random,
    ) -> (Terminal, Till) {
        let is_unpadded = happens(random, settings.rates.unpadded);
        let terminal = Terminal {
            id,
            site: place.site,
            link: place.link,
            region: make.regions[place.region],
            model: make.models[self.models.sample(random)].0,
            firmware: make.firmwares[random.random_range(0..make.firmwares.len())],
            update: None,
            stan: random.random_range(1..=700_000),
            opens: place.opens,
            closes: place.closes,
            luck: 1.0,
            entry: (place.shop * HABITS + random.random_range(0..HABITS)) as u8,
            is_unpadded,
            is_mute: !is_unpadded && happens(random, settings.rates.mute),
        };
        let till = Till {
            shop: Rc::clone(&self.shops[place.shop]),
            volume: place.volume * make.volumes.draw(random),
            clientele: place.clientele,
            rates: till_rates(make, place.rates, random),
            fault: None,
            dark: None,
            busy_from: None,
            attempts: 0,
        };
        (terminal, till)
    }
}
