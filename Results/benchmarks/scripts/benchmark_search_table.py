"""The page that Results/benchmarks/scripts/search prints."""

import datetime

import benchmark_machine

EVALUATIONS = [25, 50, 100, 150, 200]
COLUMNS = (
    ["task", "method", "seeds"] + [f"after {n}" for n in EVALUATIONS]
    + ["98 %", "99 %", "99 %: mean run", "searches", "99.5 %", "ms a proposal"])


def table(columns, rows):
    lines = [columns, ["---"] * len(columns)] + rows
    return ["| " + " | ".join(line) + " |" for line in lines] + [""]


def number(value, text="{:.4f}"):
    return "–" if value is None else text.format(value)


def with_error(mean, error):
    return number(mean) if mean is None or error is None else f"{mean:.4f} ± {error:.4f}"


def goal(figures, share):
    """Returns the evaluations of the mean curve and of the median run."""
    curve = number(figures.get(f"evals_meancurve_{share}"), "{:.0f}")
    return f"{curve} / {number(figures.get(f'evals_median_{share}'), '{:.0f}')}"


def time(figures):
    if "ms_90" in figures:
        return f"{figures['ms']:.3g} (90 %: {figures['ms_90']:.3g})"
    return number(figures.get("ms"), "{:.3g}")


def row(task, method, kind, figures):
    name = {"ours": f"**{method}**", "run here": f"{method}, run here"}.get(kind, method)
    return [task, name, str(figures["seeds"])] + [
        with_error(figures.get(f"hv@{n}"), figures.get(f"hv@{n}_se")) for n in EVALUATIONS
    ] + [
        goal(figures, 0.98), goal(figures, 0.99), number(figures.get("evals_mean_0.99"), "{:.1f}"),
        number(100 * figures["reach_0.99"], "{:.0f} %"), goal(figures, 0.995), time(figures)]


def searches_table(searches):
    rows = []
    for task, found in searches.items():
        found = sorted(found, key=lambda entry: entry[2].get("hv@100", 0))
        rows += [row(task, *entry) for entry in found]
    return table(COLUMNS, rows)


def fidelities_table(fidelities):
    rows = []
    for (task, sampler), found in fidelities.items():
        for rule in found["finalists"]:
            gain = "" if "gain" not in rule else with_error(
                rule["gain"], rule.get("gain_standard_error"))
            rows.append([
                task, sampler, found["score"]["maximized"], found["full_score"]["maximized"],
                rule["rule"], with_error(rule["mean"], rule.get("standard_error")), gain])
    return table(
        ["task", "sampler", "cheap", "full", "finalists chosen by", "hypervolume ÷ true", "gain"],
        rows)


def page(searches, fidelities, options):
    command = (f"make benchmark-search SEEDS={options.seeds} TRIALS={options.trials}"
               f" SAMPLERS=\"{' '.join(options.samplers)}\"")
    if options.peers:
        command += f" PEER=\"{' '.join(options.peers)}\" PEER_SEEDS={options.peer_seeds}"
    facts = benchmark_machine.description() + [("date", datetime.date.today().isoformat())]
    memory = [figures["peak_memory_bytes"] for found in searches.values()
              for _, kind, figures in found if kind == "ours"]
    if memory:
        facts.append(("our peak memory", f"{max(memory) / 2**20:.0f} MiB"))
    lines = ["# The search and other optimisers, on tables of real results", "",
             f"Written by `{command}`.", ""]
    lines += [f"- {what}: {value}" for what, value in facts] + [""]
    lines += searches_table(searches)
    lines += [
        "Hypervolume of the first n architectures ÷ that of all 15,625, mean ± standard error over "
        "the seeds. To 98, 99 and 99.5 %: evaluations of the mean curve / of the median search; mean "
        "run: the mean over the searches, the budget for those that never get there; searches: the "
        "part that does. Published rows are those of the benchmark's results.json, from another "
        "machine. Times are wall-clock; ours are medians, those of peers means over all suggestions. "
        "Ours agree with the benchmark's score.py to 1e-6.", ""]
    if fidelities:
        lines += ["## Two fidelities", ""] + fidelities_table(fidelities)
        lines += [
            f"{options.flash_trials} trials of the cheap column, then {options.finalists} full "
            "trainings; the hypervolume of these by the full column ÷ that of the whole table; gain: "
            "against choosing by flash alone, seed by seed. Hindsight knows the full results of all "
            "trials, which a study never does.", ""]
    return "\n".join(lines)
