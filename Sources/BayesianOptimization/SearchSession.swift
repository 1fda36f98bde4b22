import SearchSpaces

/// One search of a problem, and all that is remembered between its proposals.
///
/// What is kept, for as long as the session lives:
///
/// - appraisals, of 50,000 architectures at most, or of three for each trial: an appraisal builds and prices a
///   network;
/// - of a space of at most 20,000 architectures their list, with the appraisals;
/// - a surrogate for the metric and one for each measured cost, with the covariances and the posterior of all
///   listed architectures (8 bytes for each of these and each trial);
/// - the surrogate of the latest related metric.
///
/// It saves time and decides nothing: a new session, as after a resumption, proposes the same bits. So
/// make one for each search. Not `Sendable`: one thread at a time.
public final class SearchSession {
  /// What is searched.
  public let problem: ProposalProblem

  private var appraisals: [Architecture: Appraisal] = [:]
  private var latestRelated: (samples: [MetricSample], metric: RelatedMetric)?

  /// The most points of a space for which every one is appraised.
  static let enumerationLimit = 20_000
  /// Grows with the trials: a search that forgets what its trials cost would price all of them again and again.
  private var mostAppraisals = 50_000

  /// Creates a session that remembers nothing yet.
  public init(_ problem: ProposalProblem) { self.problem = problem }

  /// Returns what is known about an architecture without training it.
  public func appraisal(of architecture: Architecture) -> Appraisal {
    if let known = appraisals[architecture] { return known }
    let appraisal = problem.appraisal(of: architecture)
    // Forgetting bounds the memory and changes no result.
    if appraisals.count >= mostAppraisals { appraisals.removeAll() }
    appraisals[architecture] = appraisal
    return appraisal
  }

  /// Makes room for the appraisals of so many trials, and of what is weighed next to them.
  func remember(trials count: Int) { mostAppraisals = max(mostAppraisals, 3 * count) }

  /// Returns an architecture with its appraisal; nil if no calculation can use that.
  func candidate(_ architecture: Architecture) -> Candidate? {
    let appraisal = appraisal(of: architecture)
    return appraisal.isUsable ? Candidate(architecture: architecture, appraisal: appraisal) : nil
  }

  /// Every architecture of a space small enough to list; nil if it is not.
  private(set) lazy var enumeration: [Architecture]? = problem.space.allArchitectures(
    limit: SearchSession.enumerationLimit)

  /// Every usable architecture of a space small enough to list, feasible or not, with its appraisal; nil
  /// if the space is not.
  private(set) lazy var appraisedEnumeration: [Candidate]? = enumeration?.compactMap(candidate)

  /// The surrogates of the metric and of the measured costs, in this order.
  private(set) lazy var surrogates: [MetricSurrogate] = {
    // What is related is so by its metric; measured costs have no prior mean.
    let related = relatedMetric(samples(in: problem.related))
    return (0...problem.measuredCostNames.count).map { metric in
      metric == 0
        ? MetricSurrogate(
          problem: problem, listed: appraisedEnumeration, reference: problem.objective.floor,
          related: related)
        : MetricSurrogate(problem: problem, listed: appraisedEnumeration)
    }
  }()

  /// Returns the metric of these samples as a prior mean for another, kept for the next time; nil if
  /// there are none.
  ///
  /// - Parameter reference: The value of the related metric below which a trial is worth nothing.
  func relatedMetric(_ samples: [MetricSample], reference: Double? = nil) -> RelatedMetric? {
    if let latestRelated, latestRelated.samples == samples,
      latestRelated.metric.reference == reference
    {
      return latestRelated.metric
    }
    guard
      let metric = RelatedMetric(
        problem: problem, listed: appraisedEnumeration, samples: samples, reference: reference)
    else { return nil }
    latestRelated = (samples, metric)
    return metric
  }
}
