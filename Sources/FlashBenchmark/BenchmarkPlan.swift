import Distillation
import FileFormats
import Studies

/// A training that a benchmark wants, by the student's place and the recipe's.
struct BenchmarkTask: Hashable, Sendable {
  var kind: TrainingRecord.Kind
  /// The place of the recipe; nil for a full training.
  var recipe: Int?
  var student: Int
  var repetition: Int
}

/// Which trainings a benchmark consists of, and how each is told from those of another recipe, space,
/// data set or teacher.
struct BenchmarkPlan: Sendable {
  let definition: FlashBenchmarkDefinition
  let students: [BenchmarkStudent]
  let full: PlannedTraining
  /// One a recipe.
  let flash: [PlannedTraining]
  let fullIdentity: String
  let flashIdentities: [String]

  /// - Parameter teacherHash: Of the teacher's weights.
  init(
    _ definition: FlashBenchmarkDefinition, students: [BenchmarkStudent], inputs: StudyInputs,
    teacherHash: String
  ) throws {
    let study = inputs.definition
    let count = study.full.trainingCount(of: inputs.dataset)
    let full = PlannedTraining.full(in: study)
    let flash = try definition.recipes.map {
      try $0.variant.training(in: study, trainingCount: count)
    }
    func identity(_ training: PlannedTraining, _ kind: TrainingRecord.Kind) -> String {
      ContentHash.hexadecimal(
        of: [
          kind.rawValue, training.identity, "\(study.seed)", inputs.spaceHash,
          inputs.dataset.contentHash, teacherHash,
        ].joined(separator: "|"))
    }
    (self.definition, self.students) = (definition, students)
    (self.full, self.flash) = (full, flash)
    fullIdentity = identity(full, .full)
    flashIdentities = flash.map { identity($0, .flash) }
  }

  /// The recipe's part of a task.
  func training(_ task: BenchmarkTask) -> PlannedTraining {
    task.recipe.map { flash[$0] } ?? full
  }

  /// What tells a task's result from all others.
  func id(_ task: BenchmarkTask) -> TrainingRecord.ID {
    TrainingRecord.ID(
      identity: task.recipe.map { flashIdentities[$0] } ?? fullIdentity,
      key: students[task.student].key, repetition: task.repetition)
  }

  /// All trainings, in the order in which they are worth having: every student's full training once,
  /// then the flash trainings, the headline's first, then the repetitions.
  var tasks: [BenchmarkTask] {
    let ranked = 0..<definition.students
    let recipes =
      [definition.headline]
      + definition.recipes.indices.filter { $0 != definition.headline }
    var tasks = students.indices.map {
      BenchmarkTask(kind: .full, recipe: nil, student: $0, repetition: 0)
    }
    for recipe in recipes {
      let range = recipe == definition.headline ? students.indices : ranked
      tasks += range.map {
        BenchmarkTask(kind: .flash, recipe: recipe, student: $0, repetition: 0)
      }
    }
    for repetition in (0..<definition.fullSeeds).dropFirst() {
      tasks += ranked.map {
        BenchmarkTask(kind: .full, recipe: nil, student: $0, repetition: repetition)
      }
    }
    for recipe in recipes {
      for repetition in (0..<definition.recipes[recipe].seeds).dropFirst() {
        tasks += ranked.map {
          BenchmarkTask(kind: .flash, recipe: recipe, student: $0, repetition: repetition)
        }
      }
    }
    return tasks
  }

  /// The trainings that have no result, each once, though two recipes may be the same.
  func missing(in records: [TrainingRecord.ID: TrainingRecord]) -> [BenchmarkTask] {
    var met: Set<TrainingRecord.ID> = []
    return tasks.filter { records[id($0)] == nil && met.insert(id($0)).inserted }
  }
}
