import Distillation
import Testing

@testable import Reports
@testable import Studies

@Suite("health checks")
struct HealthReportTests {
  private func findings(_ study: MadeUpStudy) throws -> [String] {
    try study.inputs().healthChecks.compactMap(\.finding)
  }

  private func has(_ opening: String, _ study: MadeUpStudy) throws -> Bool {
    try findings(study).contains { $0.hasPrefix(opening) }
  }

  @Test("say that there are too few trials, and not where the space is exhausted")
  func trials() throws {
    #expect(try has("Too few trials: 4 have ended", .small))
    #expect(try !has("Too few trials", .realistic))
    var study = MadeUpStudy.small
    study.events.append(.searchEnded(JournalEvent.SearchEnded(trials: 4, isExhausted: true)))
    #expect(try !has("Too few trials", study))
  }

  @Test("say whether flash is checked, and whether it ranks")
  func ranking() throws {
    #expect(try has("Flash is hardly checked: 3 students", .small))
    #expect(try !has("Flash", MadeUpStudy.ranked(12)))
    var study = MadeUpStudy.ranked(0)
    study.finalists = #"{"count": 6, "seeds": 1, "baseline": false}"#
    for trial in 0..<6 {
      study.events += [
        MadeUpStudy.proposed(trial, latency: 1 + Double(trial)),
        MadeUpStudy.finished(trial, [0.8, 0.85, 0.81, 0.84, 0.82, 0.83][trial]),
      ]
    }
    study.events.append(.selected(JournalEvent.Selected(trials: Array(0..<6))))
    let full = [0.9, 0.901, 0.91, 0.902, 0.908, 0.9]
    study.events += (0..<6).map { MadeUpStudy.distilled($0, full[$0]) }
    #expect(try has("Flash is not known to rank: among 6 students", study))
  }

  @Test("say that the teacher is weak, and that distillation did not help")
  func teacher() throws {
    #expect(try !has("The teacher is weak", .small))
    var study = MadeUpStudy.small
    study.events.removeAll { $0 == MadeUpStudy.distilled(2, 0.9136, test: 0.9089) }
    study.events.append(MadeUpStudy.distilled(2, 0.95, test: 0.9089))
    #expect(
      try has("The teacher is weak: its validation accuracy is 92.90 %, and that of trial 2", study)
    )
    study.events.removeLast()
    study.events.append(MadeUpStudy.distilled(2, 0.93, test: 0.9089))
    #expect(try has("The teacher is no better than its students: its validation", study))
    // Gains of 0.34, −0.42 and 0.78 points on 10,000 images.
    #expect(try has("Distillation did not help measurably: with the teacher", .small))
    let gain = try #require(DistillationGain(try MadeUpStudy.small.inputs().results.students))
    #expect(gain.count == 3 && abs(gain.mean - 0.00233) < 1e-4 && !gain.isReal)
    // All three have seen the same 10,000 images, which therefore count once.
    #expect(gain.reach > 0.0085 && gain.reach < 0.0089 && !gain.isPaired)
    let taught = MadeUpStudy.smallTrainings.map { event -> JournalEvent in
      guard case .distilled(let value) = event, value.isBaseline else { return event }
      return MadeUpStudy.distilled(value.trial, 0.85, test: 0.85, isBaseline: true)
    }
    study = MadeUpStudy.small
    study.events.removeAll { MadeUpStudy.smallTrainings.contains($0) }
    study.events += taught
    #expect(try !has("Distillation did not help", study))
    let harmed = MadeUpStudy.smallTrainings.map { event -> JournalEvent in
      guard case .distilled(let value) = event, value.isBaseline else { return event }
      return MadeUpStudy.distilled(value.trial, 0.97, test: 0.97, isBaseline: true)
    }
    study.events.removeAll { taught.contains($0) }
    study.events += harmed
    #expect(try has("Distillation did harm: with the teacher", study))
  }

  @Test("are followed by what the study was not asked")
  func unasked() throws {
    func text(_ study: MadeUpStudy) throws -> String? {
      guard case .paragraph(let text)? = try study.inputs().healthSection?.blocks.last else {
        return nil
      }
      return text
    }
    let small = try #require(try text(.small))
    #expect(
      small.hasPrefix("Not looked at: whether a device takes as long as its profile predicts"))
    #expect(!small.contains("finalists.baseline"))
    var study = MadeUpStudy.small
    study.finalists = #"{"count": 6, "seeds": 1, "baseline": false}"#
    #expect(try #require(try text(study)).contains("finalists.baseline"))
  }

  @Test("say that the front is still moving, and not that a settled one is")
  func progress() throws {
    func study(_ accuracies: [Double]) -> MadeUpStudy {
      var study = MadeUpStudy()
      study.events = [MadeUpStudy.began, MadeUpStudy.teacherReady]
      for (trial, accuracy) in accuracies.enumerated() {
        study.events += [
          MadeUpStudy.proposed(trial, latency: 2 + 0.01 * Double(trial)),
          MadeUpStudy.finished(trial, accuracy),
        ]
      }
      return study
    }
    #expect(try has("The front is still moving", study((0..<20).map { 0.6 + 0.015 * Double($0) })))
    #expect(
      try !has(
        "The front is still moving", study([0.7, 0.9] + (0..<18).map { 0.7 + 0.001 * Double($0) })))
  }

  @Test("say what the teacher gave image by image, where the journal says which were right")
  func pairedGain() throws {
    let labels = [Int](repeating: 0, count: 10_000)
    func trained(_ trial: Int, wrong: Int, isBaseline: Bool) -> JournalEvent {
      let answers = labels.indices.map { $0 < wrong ? 1 : 0 }
      let outcome = SplitOutcome(
        correctImages: ImageBits(answers.map { $0 == 0 }),
        metrics: ClassificationMetrics(
          logits: answers.flatMap { $0 == 0 ? [1, 0] : [0, 1] }, labels: labels, classes: 2,
          teacher: nil))
      let accuracy = 1 - Double(wrong) / 10_000
      return .distilled(
        JournalEvent.Distilled(
          trial: trial, repetition: 0, isBaseline: isBaseline, outcome: .measured,
          validation: MadeUpStudy.evaluation(accuracy, of: 5000),
          test: MadeUpStudy.evaluation(accuracy, of: 10_000), testOutcome: outcome, seconds: 1,
          steps: 1))
    }
    func gaining(_ images: Int) -> MadeUpStudy {
      var study = MadeUpStudy.small
      study.events.removeAll { MadeUpStudy.smallTrainings.contains($0) }
      for trial in 0..<3 {
        study.events += [
          trained(trial, wrong: 1000 + trial, isBaseline: false),
          trained(trial, wrong: 1000 + images + trial, isBaseline: true),
        ]
      }
      return study
    }
    // 0.4 points: far less than chance on different images, and no chance where nothing else differs.
    let gain = try #require(DistillationGain(try gaining(40).inputs().results.students))
    #expect(abs(gain.mean - 0.004) < 1e-12 && gain.isPaired && gain.isReal && gain.reach < 0.0035)
    #expect(try !has("Distillation did not help", gaining(40)))
    // 0.3 points: as much as three trainings are taken to differ from three others.
    #expect(try has("Distillation did not help", gaining(30)))
    #expect(try has("Distillation did harm", gaining(-40)))
  }

  @Test("say which neighbours of the front the validation split cannot tell apart")
  func resolution() throws {
    var study = MadeUpStudy.small
    study.events.removeAll { $0 == MadeUpStudy.distilled(0, 0.89, test: 0.8834) }
    study.events.append(MadeUpStudy.distilled(0, 0.912, test: 0.9))
    #expect(try has("The validation split is too small", study))
    #expect(
      try findings(study).contains {
        $0.contains("on 5000 images trial 2 cannot be told from a student that costs no more")
      })
    #expect(try !has("The validation split", .small))
  }

  @Test("are not there where nothing is feasible, and before anything has happened")
  func nothing() throws {
    #expect(try MadeUpStudy.infeasible.inputs().healthSection == nil)
    #expect(try MadeUpStudy().inputs().healthSection == nil)
    #expect(try MadeUpStudy.small.inputs().healthSection?.anchor == "health")
  }
}
