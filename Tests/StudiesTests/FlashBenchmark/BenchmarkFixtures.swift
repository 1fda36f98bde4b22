import Distillation
import Foundation

@testable import FlashBenchmark
@testable import Studies

/// Small benchmarks of flash recipes.
enum SmallBenchmark {
  /// Eight students, two extra ones, and three recipes of the tiny study.
  static let text = """
    {"format": "autodistill-flash-benchmark/1", "students": 8, "full_seeds": 2, "extra_students": 2,
     "recipes": [
       {"name": "cut", "flash": {"fraction": 0.2}, "cut": true},
       {"name": "half", "flash": {"fraction": 0.5}, "seeds": 2},
       {"name": "warm", "flash": {"fraction": 0.25, "batch": 8}, "full": {"temperature": 2}}
     ], "recipe": "half"}
    """
  /// Its trainings: full ones once, flash ones of the headline's recipe, of the others, repetitions.
  static let counts = (10, 10, 16, 8 + 8)

  /// A tiny study with a benchmark in its folder.
  static func study(
    _ text: String = text, study: StudyText = .tiny
  ) throws -> TinyStudy {
    let folder = try TinyStudy(study)
    try folder.temporary.write(text, to: "benchmark.json")
    return folder
  }

  /// A worker whose results depend on student, kind and repetition, and that lists its tasks.
  static func worker(in study: TinyStudy, onTask: String = "") throws -> FakeWorker {
    try FakeWorker(
      in: study.temporary,
      onTask: """
        rest=${line#*'"repetition":'}; repetition=${rest%%[,\\}]*}
        echo "$kind $trial $repetition" >> "$folder/tasks"
        student=$trial
        trial=$((trial + 3 * repetition)); [ "$kind" = flash ] && trial=$((trial + 1))
        \(onTask)
        answer
        """)
  }

  /// Runs a study's benchmark with a worker and returns its table.
  ///
  /// - Parameter notes: Ends it after so many trainings.
  static func run(
    _ study: TinyStudy, _ worker: FakeWorker, workers: Int = 2, stopsAfter notes: Int = .max
  ) throws -> String {
    let told = Counter()
    let end = Date(timeIntervalSinceNow: 60)
    let context = StudyContext(
      version: "1", workerCommand: worker.command, workers: workers, threads: 1,
      report: { progress in
        if case .note(let text) = progress, text.contains(" of ") { told.add() }
      },
      isCancelled: { told.value >= notes || Date() > end })
    let benchmark = try FlashBenchmark(study.inputs())
    try benchmark.run(context)
    return try benchmark.table()
  }

  /// The tasks that the workers of a study were given: kind, student and repetition.
  static func tasks(_ study: TinyStudy) throws -> [String] {
    guard study.temporary.has("tasks") else { return [] }
    return String(decoding: try study.temporary.read("tasks"), as: UTF8.self)
      .split(separator: "\n").map(String.init)
  }

  /// The lines of a study's `runs.jsonl`, as objects.
  static func lines(_ study: TinyStudy) throws -> [[String: Any]] {
    try String(decoding: study.temporary.read("runs.jsonl"), as: UTF8.self)
      .split(separator: "\n").compactMap {
        try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
      }
  }
}

extension BenchmarkResults {
  /// Results of a study's benchmark, made by hand.
  ///
  /// - Parameter validation: Right answers of 1000; nil for a training that diverged.
  init(
    _ benchmark: FlashBenchmark, leavingOut: (BenchmarkTask) -> Bool = { _ in false },
    validation: (BenchmarkTask) -> Int?
  ) throws {
    let plan = try BenchmarkPlan(
      benchmark.definition, students: benchmark.students, inputs: benchmark.inputs,
      teacherHash: "7ea0")
    var records: [TrainingRecord.ID: TrainingRecord] = [:]
    for task in plan.tasks where !leavingOut(task) {
      let student = benchmark.students[task.student]
      let evaluation = validation(task).map { MadeUp.evaluation($0) }
      let record = TrainingRecord(
        kind: task.kind, recipe: nil, identity: plan.id(task).identity, key: student.key,
        repetition: task.repetition, outcome: evaluation == nil ? .diverged : .measured,
        validation: evaluation, test: task.kind == .full ? evaluation : nil, seconds: 1, steps: 10,
        images: task.kind == .full ? 1000 : 50, statisticsImages: 0, macs: student.costs.macs,
        trainingMACs: 3 * student.costs.macs)
      records[record.id] = record
    }
    self.init(plan, records)
  }
}
