import BayesianOptimization
import Distillation
import Studies

/// A benchmark's trainings, found by what they are of.
struct BenchmarkResults: Sendable {
  let plan: BenchmarkPlan
  /// What is known of the teacher; nil before it is trained.
  var teacher: JournalEvent.TeacherReady?
  private let records: [TrainingRecord.ID: TrainingRecord]

  init(_ plan: BenchmarkPlan, _ records: [TrainingRecord.ID: TrainingRecord]) {
    (self.plan, self.records) = (plan, records)
  }

  var definition: FlashBenchmarkDefinition { plan.definition }
  var students: [BenchmarkStudent] { plan.students }
  /// The places of the students that every recipe is to rank.
  var ranked: Range<Int> { 0..<definition.students }

  /// A full training of a student; nil if it has not ended.
  func full(_ student: Int, _ repetition: Int = 0) -> TrainingRecord? {
    records[
      plan.id(
        BenchmarkTask(kind: .full, recipe: nil, student: student, repetition: repetition))]
  }

  /// A flash training of a student; nil if it has not ended.
  func flash(_ recipe: Int, _ student: Int, _ repetition: Int = 0) -> TrainingRecord? {
    records[
      plan.id(
        BenchmarkTask(kind: .flash, recipe: recipe, student: student, repetition: repetition))]
  }

  /// All repetitions of a student's flash training; nil until all have ended.
  func flashes(_ recipe: Int, _ student: Int) -> [TrainingRecord]? {
    let records = (0..<definition.recipes[recipe].seeds).compactMap { flash(recipe, student, $0) }
    return records.count == definition.recipes[recipe].seeds ? records : nil
  }

  /// The accuracy, on the split that scores are compared with, that a student's full training found; nil
  /// if it failed or has not ended.
  func target(_ student: Int, _ repetition: Int) -> Double? {
    guard let record = full(student, repetition) else { return nil }
    switch definition.targetSplit {
    case .validation: return record.validation?.accuracy
    case .test: return record.test?.accuracy
    }
  }

  /// The number of trainings that have ended, of all that are wanted.
  var progress: (done: Int, total: Int) {
    let ids = Set(plan.tasks.map(plan.id))
    return (ids.count { records[$0] != nil }, ids.count)
  }
}

extension BenchmarkResults {
  /// The full seeds that students are judged by: all of the definition's or, while the benchmark is
  /// unfinished, as many as half of the students have.
  var seeds: Int {
    let wanted = (1...definition.fullSeeds).reversed()
    return wanted.first { seeds in
      2 * ranked.count { isJudged($0, seeds) } >= ranked.count
    } ?? 1
  }

  private func isJudged(_ student: Int, _ seeds: Int) -> Bool {
    (0..<seeds).allSatisfy { target(student, $0) != nil }
  }

  /// The students whose first `seeds` full trainings have all succeeded.
  var judged: [Int] {
    let seeds = seeds
    return ranked.filter { isJudged($0, seeds) }
  }

  /// The students of which a full training failed: they are not ranked.
  var failedStudents: Int {
    ranked.count { student in
      (0..<definition.fullSeeds).contains { repetition in
        full(student, repetition).map { $0.outcome != .measured } ?? false
      }
    }
  }

  /// Returns what students are judged by.
  func target(of students: [Int]) -> RankingTarget {
    RankingTarget(
      seeds: (0..<seeds).map { seed in students.map { target($0, seed) ?? .nan } },
      macs: students.map { Double(self.students[$0].costs.macs) },
      parameters: students.map { Double(self.students[$0].costs.parameters) })
  }

  /// Returns a student's score under a recipe, the mean over its repetitions, of which failed ones count
  /// as guessing; nil until all have ended.
  func score(
    _ score: FlashScore, _ recipe: Int, _ student: Int, classes: Int
  ) -> Double? {
    guard let records = flashes(recipe, student) else { return nil }
    let sum = records.reduce(0) {
      $0 + ($1.validation.map(score.value) ?? score.chance(classes: classes))
    }
    return sum / Double(records.count)
  }

  /// Returns the flash accuracies under a recipe with their noise, which recipes of several seeds tell
  /// more of; nil for those that failed.
  func estimates(_ recipe: Int, _ students: [Int]) -> [FlashEstimate?] {
    let evaluations = students.map { (flashes(recipe, $0) ?? []).compactMap(\.validation) }
    let noise = FlashNoise(
      evaluations.flatMap { list in list.dropFirst().map { (list[0], $0) } })
    return evaluations.map { $0.isEmpty ? nil : noise.estimate($0) }
  }

  /// Returns the mean share of the full training's compute that a recipe takes; nil without students
  /// that have both.
  func computeShare(_ recipe: Int, of students: [Int]) -> Double? {
    let shares = students.compactMap { student -> Double? in
      guard let full = full(student), full.compute > 0, let flashes = flashes(recipe, student)
      else { return nil }
      return flashes.reduce(0) { $0 + $1.compute } / full.compute
    }
    return shares.isEmpty ? nil : shares.reduce(0, +) / Double(shares.count)
  }
}
