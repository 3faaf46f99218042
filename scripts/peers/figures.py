"""The figures that posmortem means to reach beside other tools, and whether a run reached them. Ratios are to net times, and a
ratio of 1 is as fast as the other."""
from .race import say


class Figures:
    def __init__(self):
        self.told = []

    def at_most(self, what, value, bound):
        self.told.append((value <= bound, f"{what}: {value:.2f}, at most {bound:g}"))

    def at_least(self, what, value, bound, unit=""):
        self.told.append((value >= bound, f"{what}: {value:.3g}{unit}, at least {bound:g}{unit}"))

    def unknown(self, what, why):
        self.told.append((None, f"{what}: not measured, {why}"))

    def conclude(self):
        """Says every figure plainly, those that are missed first."""
        words = {False: "MISSED ", True: "reached", None: "unknown"}
        say("\nfigures:")
        for reached, text in sorted(self.told, key=lambda row: (row[0] is not False, row[0] is None)):
            say(f"  {words[reached]}  {text}")
