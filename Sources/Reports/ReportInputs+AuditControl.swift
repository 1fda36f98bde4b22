import Studies

extension ReportInputs {
  /// What the study's audit was to do, and what came of it; nil if it asks for none.
  var auditFact: ReportFact? {
    let audit = definition.audit
    guard audit.count > 0 else { return nil }
    let policy =
      "\(counted(audit.count, "student")) spread over the flash ranks of the first "
      + "\(audit.at.percent(0)) % of the trials get a full training"
    let factor = audit.raise == audit.raise.rounded() ? audit.raise.fixed(0) : audit.raise.brief
    let raise =
      audit.raise > 1
      ? "; below ρ = \(audit.smallestCorrelation.fixed(2)) flash takes \(factor) times as "
        + "many images from there on"
      : ""
    return ReportFact("Flash audit", policy + raise + (outcome.map { "; \($0)" } ?? ""))
  }

  /// The audit's outcome in a few words; nil before it.
  private var outcome: String? {
    guard let audited = state.audited else {
      return state.searchEnded == nil
        ? nil : "not done: the search was past that point before this version"
    }
    let ranking = audited.spearman.map { "ρ = \($0.signed)" } ?? "no ρ"
    guard let raised = state.raisedFraction else {
      return "\(ranking) after \(trialsBefore), the fraction stayed"
    }
    return "\(ranking) after \(trialsBefore), so the fraction was raised from "
      + "\(definition.flash.fraction.percent(1)) % to \(raised.percent(1)) % from trial "
      + "\(state.auditedCount) on"
  }

  private var trialsBefore: String {
    counted(state.auditedCount - state.carriedCount, "trial")
  }

  /// What the controller did after the audit, and why, in words.
  var controllerSentences: [String] {
    guard let audited = state.audited else { return [] }
    let own = definition.flash.fraction.percent(1)
    guard let spearman = audited.spearman else {
      return [
        "The controller had no rank correlation to act on: fewer than three audited students ended "
          + "well, or all of them are equal on one side. The flash fraction stayed at \(own) %."
      ]
    }
    let isEnough = audited.verdict == .ranks
    let ranked =
      "After \(trialsBefore) flash ranked the audited students with ρ = \(spearman.signed), MACs alone "
      + "with \(audited.macsSpearman?.signed ?? "none"); the study asks for "
      + "\(definition.audit.smallestCorrelation.fixed(2)) from flash. "
    let caution =
      "From \(counted(audited.trials.count, "student")) ρ is weak evidence, whatever it says; the "
      + "controller acts on the number as the study tells it to."
    let action: String
    switch audited.verdict {
    case .ranks, .undecided:
      action = "That is enough, so the flash fraction stayed at \(own) %."
    case .raised:
      action =
        "That is too little, so the flash fraction was raised from \(own) % to "
        + "\(audited.fraction.percent(1)) % for the trials after them. Earlier flash accuracies are "
        + "set on the new scale as the audited students' two results suggest."
    case .kept:
      action =
        "That is too little, but "
        + (definition.audit.raise > 1
          ? "no trials were left for a larger fraction, or it is as large as it may be"
          : "the study forbids a larger fraction") + ": it stayed at \(own) %."
    case .incomparable:
      action =
        "That is too little, but fewer than two students could be scored again at a larger fraction, "
        + "so that the two could not be compared: it stayed at \(own) %."
    }
    return [ranked + action] + (isEnough && audited.trials.count >= 10 ? [] : [caution])
  }
}
