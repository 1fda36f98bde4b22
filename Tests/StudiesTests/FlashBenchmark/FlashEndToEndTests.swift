import Testing

@testable import FlashBenchmark
@testable import Studies

@Suite("a flash recipe end to end")
struct FlashEndToEndTests {
  private let study: TinyStudy
  private let benchmark: FlashBenchmark

  init() throws {
    study = try SmallBenchmark.study()
    benchmark = try FlashBenchmark(study.inputs())
  }

  /// A student is the better the costlier it is, with some that are not worth it.
  private func correct(_ task: BenchmarkTask) -> Int {
    let student = benchmark.students[task.student]
    let order = benchmark.students.map(\.costs.macs).sorted()
    let place = order.firstIndex(of: student.costs.macs) ?? 0
    let penalty = task.student % 3 == 0 ? 40 : 0
    return 600 + 20 * place - penalty - (task.kind == .flash ? 200 : 0)
  }

  @Test("with all students as finalists has all of the hypervolume, for flash on top")
  func all() throws {
    let study = try #require(
      FlashEndToEnd(try BenchmarkResults(benchmark, validation: correct), inputs: benchmark.inputs))
    let outcome = try study.outcome(finalists: 10)
    #expect(abs(outcome.share - 1) < 1e-12 && abs(outcome.hindsight - 1) < 1e-12)
    // 50 images of flash to 1000 of the full training.
    #expect(abs(outcome.compute - 1.05) < 1e-12)
  }

  @Test("has more hypervolume and takes more compute with more finalists")
  func grows() throws {
    let study = try #require(
      FlashEndToEnd(try BenchmarkResults(benchmark, validation: correct), inputs: benchmark.inputs))
    let outcomes = try [1, 2, 4, 6].map { try study.outcome(finalists: $0) }
    for (fewer, more) in zip(outcomes, outcomes.dropFirst()) {
      #expect(fewer.compute < more.compute && fewer.finalists < more.finalists)
    }
    #expect(outcomes[3].share > 0.9 && outcomes[3].share > outcomes[0].share)
    #expect(outcomes.allSatisfy { $0.share > 0 && $0.share <= 1 + 1e-12 && $0.hindsight > 0 })
    // Flash takes 5 %; what is left of 15 % is a tenth of all full trainings.
    if let affordable = try study.affordable() {
      #expect(affordable.compute <= 0.15)
      #expect(try study.outcome(finalists: affordable.finalists + 1).compute > 0.15)
    } else {
      #expect(outcomes[0].compute > 0.15)
    }
  }

  @Test("is not said before all trainings are there, nor of students that are all alike")
  func unfinished() throws {
    for kind in [TrainingRecord.Kind.full, .flash] {
      let results = try BenchmarkResults(
        benchmark, leavingOut: { $0.kind == kind && $0.student == 9 && $0.recipe != 0 },
        validation: correct)
      #expect(FlashEndToEnd(results, inputs: benchmark.inputs) == nil)
    }
    let alike = try BenchmarkResults(benchmark) { _ in 700 }
    #expect(FlashEndToEnd(alike, inputs: benchmark.inputs) == nil)
  }

  @Test("leaves out what diverged, in flash or in full")
  func failures() throws {
    let results = try BenchmarkResults(benchmark) { task in
      task.student == (task.kind == .full ? 3 : 4) ? nil : correct(task)
    }
    let study = try #require(FlashEndToEnd(results, inputs: benchmark.inputs))
    let outcome = try study.outcome(finalists: 10)
    #expect(outcome.share > 0.5 && outcome.compute < 1.05)
  }
}
