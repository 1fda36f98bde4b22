import Comparisons
import Distillation
import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("the students of autodistill run", Program.isBuilt)
struct TrainedStudentTests {
  private func outcome(full: String) throws -> StudyOutcome {
    let study = try TinyStudy(
      StudyText.tiny.setting("full", full).setting("finalists", "{\"count\": 2, \"seeds\": 2}"))
    let ended = try study.run()
    #expect(ended.status == 0, "\(ended.errors)")
    return try study.outcome()
  }

  /// Validation and test of each finalist: repetitions 0 and 1, distilled, then their baselines.
  private func results(_ outcome: StudyOutcome) -> [[[Evaluation?]]] {
    (outcome.finalists ?? []).map { trial in
      [false, true].flatMap { isBaseline in
        outcome.distilled.filter { $0.trial == trial && $0.isBaseline == isBaseline }
          .map { [$0.validation, $0.test] }
      }
    }
  }

  @Test("differ between distilled and baseline, and between repetitions")
  func differ() throws {
    let outcome = try outcome(full: "{\"epochs\": 3, \"batch\": 24, \"learning_rate\": 0.1}")
    #expect(outcome.distilled.count == 8)
    for student in results(outcome) { #expect(Set(student).count == 4) }
    // The baseline takes the same number of steps.
    #expect(outcome.distilled.allSatisfy { $0.steps == 30 })
  }

  @Test("say of every image whether it was classified rightly, beside the teacher")
  func answers() throws {
    let study = try TinyStudy(
      StudyText.tiny.setting("finalists", "{\"count\": 2, \"seeds\": 2}")
        .setting("audit", "{\"count\": 3, \"at\": 0.5}")
        .setting("robustness", "{\"images\": 15}"))
    let ended = try study.run()
    #expect(ended.status == 0, "\(ended.errors)")
    let state = try Journal.state(of: study.folder)
    let teacher = try #require(state.teacher)
    #expect(teacher.validationOutcome?.correctImages.setCount == teacher.validation.correct)
    #expect(teacher.testOutcome?.correctImages.setCount == teacher.test?.correct)
    #expect(teacher.testOutcome?.metrics.teacher == nil)
    #expect(state.distilled.count >= 8)
    for training in state.distilled {
      // A point for each step of so short a training, the last at its end.
      let points = try #require(training.curve?.points)
      #expect(points.map(\.step) == Array(1...training.steps).suffix(points.count))
      #expect(points.count == min(training.steps, TrainingCurve.mostPoints))
      #expect(points.allSatisfy { $0.loss > 0 && (0...1).contains($0.accuracy) })
      for (evaluation, outcome) in [
        (training.validation, training.validationOutcome), (training.test, training.testOutcome),
      ] {
        let (evaluation, outcome) = (try #require(evaluation), try #require(outcome))
        #expect(outcome.correctImages.setCount == evaluation.correct)
        #expect(outcome.metrics.confusion.correct == evaluation.correct)
        #expect(outcome.metrics.confusion.count == 60)
        let comparison = try #require(outcome.metrics.teacher)
        #expect((0...1).contains(comparison.agreement) && comparison.divergence > 0)
      }
    }
    let began = try #require(state.began)
    #expect(began.classes == 3 && began.testHash != began.validationHash)
    let results = StudyResults(try study.inputs().definition, state)
    #expect(results.students.allSatisfy { $0.runs.count == $0.validation.count })
    for student in results.students {
      #expect(student.runs.allSatisfy { $0.curve != nil })
      #expect(student.runs.measuredValidation?.hasAnswers == true)
      #expect(student.robustness?.count == 36)
      #expect(student.robustness?.allSatisfy { $0.count == 15 } == true)
    }
  }

  @Test("are their own baselines where the teacher has no weight")
  func noWeight() throws {
    let outcome = try outcome(
      full:
        "{\"epochs\": 3, \"batch\": 24, \"learning_rate\": 0.1, \"distillation_weight\": 0}")
    for student in results(outcome) {
      #expect(student.count == 4)
      #expect(Array(student.prefix(2)) == Array(student.suffix(2)))
    }
  }

  @Test("may be taught on the augmented images that they see")
  func augmentedView() throws {
    func full(_ view: String) -> String {
      """
      {"epochs": 3, "batch": 24, "learning_rate": 0.1, "teacher_view": "\(view)",
       "augmentation": {"shift_pixels": 2}}
      """
    }
    let (clean, augmented) = (
      try outcome(full: full("clean")), try outcome(full: full("augmented"))
    )
    #expect(augmented.trials.allSatisfy { $0.flashAccuracy != nil })
    let (first, other) = (try #require(clean.trials.first), try #require(augmented.trials.first))
    #expect(first.key == other.key)
    #expect(first.result?.validation != other.result?.validation)
  }
}

@Suite("the workers of autodistill run", Program.isBuilt)
struct WorkerProcessTests {
  @Test("are replaced when one is killed, and the end is the same")
  func killedOnce() throws {
    let study = try TinyStudy(TinyStudy.slow)
    let running = try study.start("run", "--workers", "1")
    #expect(Processes.wait(seconds: 30) { study.hasLines(1, with: "\"finished\"") })
    let first = study.workers
    #expect(first.count == 1)
    for worker in first { kill(worker, SIGKILL) }
    #expect(
      Processes.wait(seconds: 10) { study.workers.contains { !first.contains($0) } })
    try FinishedStudy.expectSame(study, try running.end())
  }

  @Test(
    "may be killed at work again and again, and the end is the same", arguments: [SIGKILL, SIGTERM])
  func killedOften(signal: Int32) throws {
    let study = try TinyStudy(TinyStudy.slow)
    let running = try study.start("run", "--workers", "1")
    #expect(Processes.wait(seconds: 30) { study.hasLines(1, with: "\"proposed\"") })
    for _ in 0..<3 {
      #expect(Processes.wait(seconds: 10) { study.workers.count == 1 })
      let workers = study.workers
      for worker in workers { kill(worker, signal) }
      #expect(Processes.wait(seconds: 10) { Set(study.workers).isDisjoint(with: workers) })
    }
    try FinishedStudy.expectSame(study, try running.end())
  }

  @Test("that take too long are timed out, twice, and the search continues")
  func timedOut() throws {
    let study = try TinyStudy(
      TinyStudy.slow
        .setting("full", "{\"epochs\": 10000, \"batch\": 24, \"learning_rate\": 0.1}")
        .setting("trial_limits", "{\"flash_minutes\": 0.005}"))
    let running = try study.start("run", "--workers", "1")
    #expect(Processes.wait(seconds: 40) { study.hasLines(2, with: "\"proposed\"") })
    study.killEverything()
    _ = try running.end()
    let first = try #require(study.outcome().trials.first?.result)
    #expect(first.outcome == .timedOut && first.note?.contains("trial_limits") == true)
  }

  @Test("that need more memory than they may have are told apart, with their last words kept")
  func outOfMemory() throws {
    // The first layer's values for a batch, 120 × 4 × 4 × 2000 floats, are 15 MB, and more layers follow.
    let study = try TinyStudy(
      StudyText.tiny
        .setting("search", "{\"trials\": 2, \"initial_trials\": 2}")
        .setting("full", "{\"epochs\": 1, \"batch\": 120, \"learning_rate\": 0.1}")
        .setting("flash", "{\"fraction\": 1, \"batch\": 120}")
        .setting("trial_limits", "{\"memory_mib\": 16}"))
    try study.temporary.write(
      tinySpace.replacing("[4, 6, 8]", with: "[2000, 3000, 4000]"), to: "space.json")
    let ended = try study.run(seconds: 60)
    // Nothing is left to be distilled.
    #expect(ended.status == 5, "\(ended.errors)")
    #expect(ended.errors.contains("none of the 2 flash trials gave a result"), "\(ended.errors)")
    #expect(ended.errors.contains("(out of memory: 2)"), "\(ended.errors)")
    #expect(ended.errors.contains("a larger trial_limits.memory_mib"), "\(ended.errors)")
    let outcome = try study.outcome()
    #expect(outcome.trials.count == 2)
    for trial in outcome.trials {
      #expect(trial.result?.outcome == .outOfMemory)
      #expect(trial.result?.note?.contains("the system refuses") == true, "\(trial)")
      #expect(study.temporary.has("logs/trial-\(trial.number)-flash-0.log"))
    }
  }

  @Test("have one thread each")
  func threads() throws {
    let study = try TinyStudy(TinyStudy.slow)
    let running = try study.start("run", "--workers", "2")
    #expect(Processes.wait(seconds: 30) { study.hasLines(1, with: "\"finished\"") })
    for worker in study.workers {
      let status = try? String(contentsOfFile: "/proc/\(worker)/status", encoding: .utf8)
      let line = status?.split(separator: "\n").first { $0.hasPrefix("Threads:") }
      let count = line.flatMap { Int($0.dropFirst(8).trimmingCharacters(in: .whitespaces)) }
      // One that computes, and one that sees after the parent.
      if let count { #expect(count <= 2) }
    }
    study.killEverything()
    _ = try running.end()
  }

  @Test("end by themselves, quietly, when the parent has been killed")
  func orphans() throws {
    let study = try TinyStudy(TinyStudy.slow)
    let running = try study.start("run", "--workers", "2")
    #expect(Processes.wait(seconds: 30) { study.hasLines(2, with: "\"finished\"") })
    #expect(study.workers.count == 2)
    kill(running.process.processIdentifier, SIGKILL)
    _ = try running.end()
    #expect(Processes.wait(seconds: 10) { study.workers.isEmpty })
    #expect(!running.errors.contains("rash") && !running.errors.contains("Fatal"))
    study.killEverything()
  }

  @Test("that get numbers beyond all bounds say so: the trials diverged")
  func overflow() throws {
    // One step, after which no weight is finite.
    let study = try TinyStudy(
      StudyText.tiny.setting(
        "full",
        "{\"epochs\": 0.1, \"batch\": 24, \"learning_rate\": 1e300, \"schedule\": \"constant\"}"
      ))
    let ended = try study.run(seconds: 20)
    study.killEverything()
    #expect(ended.status == 5 && ended.errors.contains("none of the 8 flash trials gave a result"))
    #expect(ended.errors.contains("(diverged: 8); try a lower full.learning_rate in a copy of"))
    let outcome = try study.outcome()
    #expect(outcome.trials.count == 8)
    #expect(outcome.trials.allSatisfy { $0.result?.outcome == .diverged })
  }
}
