import Datasets
import Distillation
import FileFormats
import Foundation
import Studies

/// Measures flash recipes: how well what they say of randomly drawn students ranks these as their full
/// trainings do.
///
/// The folder is a study's with a `benchmark.json`; `runs.jsonl` keeps what was trained, and everything
/// else is computed from it.
public struct FlashBenchmark {
  public let inputs: StudyInputs
  public let definition: FlashBenchmarkDefinition
  let students: [BenchmarkStudent]

  /// Reads the benchmark in a study's folder and draws its students.
  ///
  /// - Throws: An error that names file, field, value and what was expected.
  public init(_ inputs: StudyInputs) throws {
    let path = inputs.folder.appending("benchmark.json")
    let definition = try FlashBenchmarkDefinition(contentsOf: path, study: inputs.definition)
    let dataset = inputs.dataset
    for (index, recipe) in definition.recipes.enumerated() {
      let field = "recipes[\(index)]"
      let planned = try recipe.variant.training(
        in: inputs.definition, trainingCount: inputs.definition.full.trainingCount(of: dataset)
      ).recipe
      try planned.augmentation.validate(
        height: dataset.height, width: dataset.width, field: field + ".full.augmentation")
      try FlashBenchmark.checkView(
        of: planned, in: inputs.definition.full, inputs, field: field + ".full.teacher_view",
        file: path)
      try Recipe.check(
        batch: planned.batch,
        field: field + (recipe.variant.isCut ? ".full.batch" : ".flash.batch"),
        count: planned.trainingCount(of: dataset), file: path)
    }
    (self.inputs, self.definition) = (inputs, definition)
    students = try BenchmarkStudent.drawn(definition, inputs: inputs, file: path)
  }

  /// Checks that the teacher can be seen as a recipe asks for.
  private static func checkView(
    of recipe: Recipe, in full: Recipe, _ inputs: StudyInputs, field: String, file: String
  ) throws(JSONError) {
    func refused(_ expected: String) -> JSONError {
      .invalid(
        file: file, field: field, value: "\"\(recipe.teacherView.rawValue)\"", expected: expected)
    }
    if let obstacle = inputs.teacher.obstacle(to: recipe.teacherView) {
      throw refused("\"clean\": \(obstacle)")
    }
    if recipe.comparesFeatures, let obstacle = inputs.teacher.obstacleToFeatures {
      throw refused("losses that read logits alone: \(obstacle)")
    }
    // The views are those of the study.
    guard recipe.teacherView == .stored else { return }
    guard full.teacherView == .stored, recipe.storedViews == full.storedViews,
      recipe.augmentation == full.augmentation, recipe.mix == full.mix
    else {
      throw refused(
        "\"clean\" or \"augmented\", since the study's own views are of another augmentation or mix"
      )
    }
  }

  /// Where the trainings are kept.
  var logPath: String { inputs.folder.appending("runs.jsonl") }

  /// Trains whatever has no result yet.
  ///
  /// - Throws: `StudyError.interrupted` if the user stopped it; everything finished is kept.
  public func run(_ context: StudyContext) throws {
    let lock = try StudyLock(inputs.folder)
    defer { withExtendedLifetime(lock) {} }
    let log = try BenchmarkLog(logPath)
    // Results that were brought along need no teacher, if nothing is missing.
    if let teacher = try knownTeacher(log.contents),
      try plan(teacher).missing(in: log.contents.records).isEmpty
    {
      return
    }
    context.report(.stage("teacher"))
    let plan = try plan(try readyTeacher(log, context))
    context.report(.stage("flash benchmark"))
    try train(plan, log, context)
  }

  /// Returns what the recorded trainings say, as Markdown.
  public func table() throws -> String {
    let contents = try BenchmarkLog.contents(of: logPath)
    let hash = try knownTeacher(contents)?.weightsHash ?? ""
    let plan = try BenchmarkPlan(
      definition, students: students, inputs: inputs, teacherHash: hash)
    var results = BenchmarkResults(plan, contents.records)
    results.teacher = contents.teacher
    return try BenchmarkTable(inputs: inputs, results: results)
      .markdown()
  }

  private func plan(_ teacher: JournalEvent.TeacherReady) throws -> BenchmarkPlan {
    try BenchmarkPlan(
      definition, students: students, inputs: inputs, teacherHash: teacher.weightsHash)
  }

  /// The teacher that the last results were made with, unless the study asks for another one now.
  private func knownTeacher(
    _ contents: BenchmarkLog.Contents
  ) throws -> JournalEvent.TeacherReady? {
    let identity = try TeacherStage.identity(inputs)
    return contents.teacher?.identity == identity ? contents.teacher : nil
  }

  /// Makes sure that the teacher is there.
  ///
  /// - Throws: `StudyError.changed` if it has been made anew with other bits, as on another processor:
  ///   results of the two must not be mixed.
  private func readyTeacher(
    _ log: BenchmarkLog, _ context: StudyContext
  ) throws -> JournalEvent.TeacherReady {
    let known = try knownTeacher(log.contents)
    let teacher = try TeacherStage(inputs: inputs, context: context).run(known: known)
    if let known, known.weightsHash != teacher.weightsHash {
      let old = try plan(known)
      guard old.missing(in: log.contents.records) == old.missing(in: [:]) else {
        throw StudyError.changed(folder: inputs.folder.path, what: "the teacher's weights")
      }
    }
    if known?.weightsHash != teacher.weightsHash { try log.append(teacher) }
    return teacher
  }
}

extension FlashBenchmark {
  private func train(_ plan: BenchmarkPlan, _ log: BenchmarkLog, _ context: StudyContext) throws {
    let tasks = plan.missing(in: log.contents.records)
    guard !tasks.isEmpty else { return }
    let total = Set(plan.tasks.map(plan.id)).count
    var done = total - tasks.count
    let executor = try context.executor(min(context.workers, tasks.count), inputs)
    try TaskLoop(executor, context: context).run(
      tasks.map { ($0, studentTask($0)) }, finished: done, total: total,
      detail: "trainings of \(students.count) students"
    ) { task, outcome in
      done += 1
      let record = record(outcome.result, task, plan)
      try log.append(record)
      if task.kind == .full {
        inputs.folder.removeCheckpoint(
          of: record.key, repetition: record.repetition, isBaseline: false)
      }
      context.report(.note("\(done) of \(total): \(line(task, record))"))
    }
  }

  private func studentTask(_ task: BenchmarkTask) -> StudentTask {
    let work: StudentTask.Work
    switch task.recipe {
    case nil: work = .full(StudentTask.FullWork(repetition: task.repetition))
    case let recipe?:
      work = .flash(
        StudentTask.FlashWork(
          repetition: task.repetition, variant: definition.recipes[recipe].variant))
    }
    return StudentTask(work, key: students[task.student].key, trial: task.student)
  }

  private func record(
    _ result: TaskResult?, _ task: BenchmarkTask, _ plan: BenchmarkPlan
  ) -> TrainingRecord {
    let training = plan.training(task)
    let student = students[task.student]
    let measured = result.flatMap { $0.ending == .measured && $0.validation != nil ? $0 : nil }
    let steps = min(result?.steps ?? 0, training.end ?? Int.max)
    return TrainingRecord(
      kind: task.kind, recipe: task.recipe.map { definition.recipes[$0].name },
      identity: plan.id(task).identity, key: student.key, repetition: task.repetition,
      outcome: measured != nil ? .measured : (result == nil ? .crashed : .diverged),
      validation: measured?.validation, test: measured?.test, seconds: result?.seconds ?? 0,
      steps: steps, images: steps * training.recipe.batch,
      statisticsImages: measured == nil
        ? 0
        : training.statisticsImages(
          trainingCount: training.recipe.trainingCount(of: inputs.dataset)),
      macs: student.costs.macs, trainingMACs: student.trainingMACs)
  }

  private func line(_ task: BenchmarkTask, _ record: TrainingRecord) -> String {
    let result =
      record.validation.map { String(format: "validation accuracy %.2f %%", 100 * $0.accuracy) }
      ?? record.outcome.rawValue
    return "\(record.recipe ?? "full"), student \(task.student), seed \(record.repetition): "
      + result + String(format: " (%.1f s)", record.seconds)
  }
}
