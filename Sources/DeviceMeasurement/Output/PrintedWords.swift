/// What the words next to a number say of it.
///
/// Words are compared in lower case; `avgLatency_us` is three words.
enum PrintedWords {
  static let median: Set = ["median", "p50", "50th", "50%"]
  static let mean: Set = ["mean", "avg", "average", "averaged"]
  static let latency: Set = [
    "latency", "latencies", "inference", "time", "timing", "timings", "runtime", "took", "takes",
    "elapsed", "duration", "invoke", "forward", "predict", "prediction", "execution", "executed",
  ]
  /// Words that say that a time is one inference's, whatever else the line counts.
  static let ofOne: Set = ["latency", "latencies", "per", "each"]

  /// A sum over inferences; `total average` is a mean all the same.
  static let sums: Set = [
    "total", "sum", "overall", "wall", "walltime", "user", "sys", "system", "real", "cumulative",
  ]

  /// What repeats; a number of them makes a time without a name doubtful.
  static let repetitions: Set = [
    "runs", "iterations", "iters", "inferences", "loops", "repeats", "repetitions", "reps",
    "times", "time", "images", "samples", "frames", "invocations", "calls", "batches", "n",
    "count", "steps",
  ]

  /// Words for tails, where the number next to them is not 50.
  static let quantiles: Set = ["percentile", "percentiles", "quantile", "quantiles"]

  /// Numbers with such a word are no typical time of one inference.
  static let others: Set = extremes.union(spreads).union(counts).union(stages).union(failures)
    .union(rates)

  private static let extremes: Set = [
    "min", "minimum", "max", "maximum", "best", "worst", "fastest", "slowest", "lowest", "highest",
    "low", "high", "peak", "first", "range", "tail", "q1", "q3",
  ]
  private static let spreads: Set = [
    "std", "stdev", "stddev", "sd", "sigma", "σ", "deviation", "dev", "stderr", "sem", "var",
    "variance", "mad", "iqr", "ci", "cv", "jitter", "±",
  ]
  private static let counts: Set = [
    "n", "count", "runs", "iterations", "iters", "loops", "repeats", "repetitions", "reps",
    "samples", "threads", "cores", "size", "num", "number", "errno", "line", "status", "code",
    "pid", "port", "id", "seed", "version",
  ]
  private static let stages: Set = [
    "init", "initialization", "initialisation", "initialized", "initialised", "load", "loading",
    "loaded", "warmup", "warm", "warming", "cold", "startup", "setup", "compile", "compiled",
    "compilation", "build", "preprocess", "preprocessing", "postprocess", "postprocessing", "pre",
    "post", "copy", "h2d", "d2h", "transfer", "upload", "download", "overhead", "enqueue", "queue",
    "allocation", "allocate", "parse", "parsing", "decode", "connect", "connected", "sleep",
    "wait", "waited", "delay", "session", "creation",
  ]
  private static let failures: Set = [
    "error", "errors", "err", "fail", "failed", "failure", "exception", "abort", "aborted",
    "killed", "denied", "unreachable", "timeout", "timed", "limit", "not", "cannot",
  ]
  private static let rates: Set = [
    "throughput", "rate", "fps", "qps", "ips", "hz", "memory", "mem", "rss", "heap", "footprint",
    "power", "energy", "temperature", "temp", "accuracy", "loss", "speedup", "ratio", "percent",
    "bandwidth", "flops",
  ]

  /// Words that may follow a number without being what it counts.
  static let links: Set = [
    "per", "each", "of", "in", "and", "to", "for", "on", "at", "with", "over", "by", "or", "from",
    "after", "is", "was", "then", "vs",
  ]

  /// Returns a word's parts in lower case: at capitals, underscores, hyphens and slashes.
  static func parts(of word: some StringProtocol) -> [String] {
    var parts: [String] = []
    var part = ""
    var isPreviousLower = false
    for character in word {
      if "_-/.*".contains(character) {
        if !part.isEmpty { parts.append(part) }
        (part, isPreviousLower) = ("", false)
        continue
      }
      if character.isUppercase, isPreviousLower {
        parts.append(part)
        part = ""
      }
      isPreviousLower = character.isLowercase
      part += character.lowercased()
    }
    return part.isEmpty ? parts : parts + [part]
  }

  /// Whether a word names a percentile other than the median: `p99`, `99th`, `90%`.
  static func isTail(_ word: String) -> Bool {
    guard !median.contains(word) else { return false }
    let digits = word.drop { $0 == "p" || $0 == "q" }
    let number = digits.prefix { $0.isASCII && $0.isNumber || $0 == "." }
    guard !number.isEmpty else { return false }
    let rest = digits.dropFirst(number.count)
    return digits.count < word.count && rest.isEmpty || ["th", "%", "pct"].contains(rest)
  }
}
