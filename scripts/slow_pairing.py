"""Which messages are one exchange, by the rules of docs/semantics.md, slowly: all legs of a day at once, no open ones forgotten."""
from collections import defaultdict, namedtuple

HORIZON, REPEAT, TIMEOUT, SENT_AGAIN = 600_000, 60_000, 60_000, 1_000
Leg = namedtuple("Leg", "at terminal mti answers family stan rrn amount code link dialect latency kind incoming card original original_rrn why mode is_row")


class Exchange:
    request = answer = upstream = undone = undo_answer = original = again = None
    waits_since = last_request = last_answer = 0

    def __init__(self, leg, number):
        self.began, self.family, self.number, self.chains = leg.at, leg.family, number, set()
        if leg.answers:
            self.answer, self.last_answer = leg, leg.at
        else:
            self.request, self.last_request, self.waits_since = leg, leg.at, leg.at

    def told(self, name):
        return [value for leg in (self.request, self.answer) if leg and (value := getattr(leg, name)) not in (None, "")]


def lacks_terminal(one, leg):
    return not leg.terminal or any(not side.terminal for side in (one.request, one.answer) if side)


def agree(a, b):
    return a in (None, "") or b in (None, "") or a == b


def repeats_within(leg):
    """How long after a message another one like it is the same: stored reversals and advices are sent again late."""
    return REPEAT if leg.family[1] or leg.family[0] not in ("1", "2", "4") else HORIZON


def filled(leg, copy):
    """A leg with what it does not tell taken from another copy of the message."""
    return leg._replace(**{name: getattr(copy, name) for name in ("stan", "rrn", "amount", "card") if getattr(leg, name) in (None, "")})


def pair(legs):
    """Exchanges, from legs in canonical order."""
    exchanges, chains, hops = [], defaultdict(list), {}

    def find_by(exchange, leg):
        for kind, *key in (("stan", leg.family, leg.stan, (leg.terminal,)), ("link", leg.family, leg.stan, (leg.link,)), ("rrn", leg.rrn), ("card", leg.card, leg.amount)):
            if kind not in exchange.chains and None not in key and "" not in key and (kind != "card" or leg.family[1]):
                exchange.chains.add(kind)
                chains[kind, *key].append(exchange)
                chains[kind, *key].sort(key=lambda one: one.number)

    def add(leg):
        exchanges.append(Exchange(leg, len(exchanges)))
        find_by(exchanges[-1], leg)
        return exchanges[-1]

    def near(leg, *key):
        same = (one for one in reversed(chains.get(key, ())) if leg.at - one.began <= HORIZON)
        return [one for one in same if all(agree(leg.terminal, terminal) for terminal in one.told("terminal"))]

    def candidates(leg):
        """Exchanges that the leg may belong to by STAN, as a hop further up, or by reference, the newest first."""
        fits = lambda one: one.family == leg.family and all(agree(leg.rrn, rrn) for rrn in one.told("rrn"))
        by_stan = [one for one in near(leg, "stan", leg.family, leg.stan, (leg.terminal,)) if leg.stan is not None and fits(one)]
        hop = hops.get((leg.family, leg.stan, leg.terminal))
        is_hop = (hop and leg.at - hop.began <= HORIZON and all(agree(leg.rrn, rrn) for rrn in hop.told("rrn"))
                  and (leg.rrn and hop.request.rrn == leg.rrn or agree(hop.request.amount, leg.amount)) and (not hop.answer or leg.at - hop.last_answer <= REPEAT))
        by_rrn = [one for one in near(leg, "rrn", leg.rrn) if leg.rrn and fits(one)
                  and (lacks_terminal(one, leg) or all(agree(leg.stan, stan) for stan in one.told("stan")))]
        by_link = [one for one in near(leg, "link", leg.family, leg.stan, (leg.link,)) if fits(one) and lacks_terminal(one, leg)
                   and leg.at - max(one.last_request, one.last_answer) <= REPEAT]
        return by_stan, hop if is_hop else None, by_rrn, by_link

    def inner_hop(leg):
        """The exchange of which this request is a hop further up, under another STAN or class."""
        if leg.rrn and leg.amount is not None and (leg.family[1] or leg.family[0] == "4"):
            alike = (one for one in near(leg, "rrn", leg.rrn) if not one.answer and one.family[1] == leg.family[1] and one.request.amount == leg.amount
                     and (one.family[1] or one.family == leg.family) and leg.at - one.last_request <= REPEAT)
            return next((one for one in alike if one.request.stan != leg.stan or one.family != leg.family), None)

    def original_of(leg):
        reference, stan = leg.original_rrn or leg.rrn, leg.original or leg.stan
        takes = lambda one: one.family[1] and not one.undone
        by_stan = [one for family in ("", "1", "2") for one in near(leg, "stan", (family, True), stan, (leg.terminal,))
                   if takes(one) and all(agree(reference, rrn) for rrn in one.told("rrn"))]
        by_rrn = [one for one in (near(leg, "rrn", reference) if reference else [])
                  if takes(one) and all(agree(leg.original, stan) for stan in one.told("stan"))]
        by_card = [one for one in near(leg, "card", leg.card, leg.amount) if takes(one) and not leg.original]
        return max(by_stan, key=lambda one: one.number, default=None) or next(iter(by_rrn + by_card), None)

    def copied(leg, same, at_most=1_000_000):
        copies = [one for one in same if one.request and one.request.code == leg.code and agree(one.request.amount, leg.amount)
                     and leg.at - one.last_request <= repeats_within(leg)]
        return copies[0] if 0 < len(copies) <= at_most else None

    def takers(leg, same, at_most=1_000_000):
        """The exchange that waits for this answer, or else the one whose answer it repeats, where no more than so many could be."""
        waiting = [one for one in same if not one.answer and leg.mti]
        given = [one for one in same if one.answer and leg.at - one.last_answer <= repeats_within(leg) and (one.request or agree(one.answer.amount, leg.amount))
                 and (leg.mti or one.answer.code == leg.code and agree(one.answer.amount, leg.amount))]
        agrees = lambda one: agree((one.answer or one.request).amount, leg.amount)
        ranks = [[one for one in waiting if agrees(one)], waiting + [one for one in given if agrees(one)], waiting + given]
        one = next((max(rank, key=lambda one: one.number) for rank in ranks if 0 < len(rank) <= at_most), None)
        return (None, one) if one and one.answer else (one, None)

    for leg in legs:
        by_stan, hop, by_rrn, by_link = candidates(leg)
        if not leg.answers:
            copy = copied(leg, by_stan) or hop or copied(leg, by_rrn) or copied(leg, by_link, at_most=1)
            if not copy and (inner := inner_hop(leg)):
                hops[leg.family, leg.stan, leg.terminal] = inner
            elif not copy:
                exchange = add(leg)
                if leg.family[0] == "4" and (original := original_of(leg)):
                    exchange.original, original.undone = original, leg
            else:
                copy.last_request = leg.at
                if not copy.answer:
                    copy.waits_since = leg.at
                elif leg.at - copy.last_answer >= SENT_AGAIN:
                    copy.again = leg
                copy.request = filled(copy.request, leg)
                find_by(copy, leg)
            continue
        waits, given = takers(leg, by_stan)
        if not waits and not given and hop:
            hop.upstream = hop.upstream or leg
            continue
        if not waits and not given:
            waits, given = takers(leg, by_rrn)
        if not waits and not given:
            waits, given = takers(leg, by_link, at_most=1)
        if not waits and given and given.again and leg.code and leg.code != given.answer.code:
            waits, given.again = add(given.again), None
        if not waits and not given:
            add(leg)
            continue
        one = waits or given
        one.last_answer = leg.at
        find_by(one, leg)
        if waits:
            one.answer = leg
            if one.original:
                one.original.undo_answer = leg
        elif not leg.code or leg.code == one.answer.code:
            one.answer = filled(one.answer, leg)
        elif one.answer.incoming is False and leg.incoming:
            one.upstream = one.upstream or leg
        else:
            one.upstream, one.answer = one.upstream or one.answer, filled(leg, one.answer)
    return exchanges
