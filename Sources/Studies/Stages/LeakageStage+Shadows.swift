import Comparisons
import Distillation
import NeuralNetworks

// Shadows of students and of the teacher: how they are trained, and what attacks on them find.

extension LeakageStage {
  /// The numbers of the shadows that came to nothing.
  struct LostShadows {
    /// By the student's key; with the teacher or without it.
    var ofStudents: [String: Set<Int>] = [:]
    var ofTeacher: Set<Int> = []
  }

  /// Trains the shadows that are not there, the teacher's first, which take the longest.
  ///
  /// - Parameters:
  ///   - count: Of each kind and student.
  ///   - teacherCount: Of the teacher.
  /// - Returns: Those that came to nothing.
  func trainShadows(
    _ count: Int, of keys: [String], ofTeacher teacherCount: Int, _ state: StudyState
  ) throws -> LostShadows {
    let ofTeacher = (0..<teacherCount).map { StudentTask(.teacherShadow($0), key: keys[0]) }
    let ofStudents = keys.flatMap { key in
      (0..<count).flatMap { number in
        [false, true].map { isBaseline in
          StudentTask(
            .shadow(StudentTask.ShadowWork(number: number, isBaseline: isBaseline)), key: key)
        }
      }
    }
    let tasks = ofTeacher + ofStudents
    guard !tasks.isEmpty else { return LostShadows() }
    context.report(.stage("leakage"))
    let executor = try context.executor(
      min(context.workers, tasks.count), inputs, processor: state.began?.machine)
    var lost = LostShadows()
    do {
      try TaskLoop(executor, context: context).run(
        tasks.map { (purpose: $0, task: $0) }, detail: "shadow trainings"
      ) { task, outcome in
        guard outcome.result?.ending != .measured else { return }
        switch task.work {
        case .shadow(let work): lost.ofStudents[task.key, default: []].insert(work.number)
        case .teacherShadow(let number): lost.ofTeacher.insert(number)
        case .flash, .full, .test, .robustness: preconditionFailure("no shadow: \(task.words)")
        }
        context.report(.note("\(task.words): " + (outcome.note ?? "diverged") + "; left out"))
      }
      context.executors.close(isComplete: true)
    } catch {
      context.executors.close(isComplete: false)
      throw error
    }
    return lost
  }

  /// Attacks the shadows of a student with the teacher, and those without it.
  ///
  /// - Parameter distilled: Those with the teacher; those without it have the same numbers.
  /// - Throws: `StudyError.noResults` if too few are left, or too few images; `FileFormatError` naming a file that
  ///   cannot be read.
  func shadows(_ distilled: ShadowSet) throws -> LeakageResult.Shadows {
    try distilled.check(in: inputs.folder)
    let alone = ShadowSet.student(
      distilled.who, isBaseline: true, count: distilled.count, lost: Set(distilled.lost))
    let taught = try attacks(on: distilled, distilled.numbers)
    let baseline = try attacks(on: alone, alone.numbers)
    return LeakageResult.Shadows(
      count: distilled.numbers.count, lost: distilled.lost, images: labeledImages,
      distilled: taught.result, baseline: baseline.result,
      baselineExcess: baseline.areas.less(taught.areas).mean)
  }

  /// Attacks the shadows of the teacher.
  ///
  /// A student's shadow and the teacher's of the same number have learnt from the same half; where enough numbers have
  /// both, the attacks on these are compared.
  ///
  /// - Parameter students: Those with the teacher of the student that is attacked.
  /// - Throws: As `shadows`.
  func teacherShadows(
    _ teachers: ShadowSet, against students: ShadowSet
  ) throws -> LeakageResult.TeacherShadows {
    try teachers.check(in: inputs.folder)
    var result = LeakageResult.TeacherShadows(
      count: teachers.numbers.count, lost: teachers.lost, images: labeledImages,
      attacks: try attacks(on: teachers, teachers.numbers).result)
    let both = teachers.numbers.filter(students.numbers.contains)
    if both.count >= LikelihoodRatioAttack.fewestShadows {
      let teacher = try attacks(on: teachers, both).areas
      result.compared = both.count
      result.studentExcess = try attacks(on: students, both).areas.less(teacher).mean
    }
    return result
  }

  /// Training images that attacks judge.
  private var labeledImages: Int { inputs.dataset.labels(of: .training).count { $0 >= 0 } }

  /// Attacks some shadows of a set, each with the others of them for comparison.
  ///
  /// - Returns: What was found, and the areas of the attacks by likelihood ratios.
  private func attacks(
    on shadows: ShadowSet, _ numbers: [Int]
  ) throws -> (result: LeakageResult.Shadows.Kind, areas: TargetAreas) {
    let images = inputs.dataset.count(.training)
    let isMember = numbers.map { number in
      var flags = [Bool](repeating: false, count: images)
      for image in inputs.shadowHalves.members(of: number) { flags[image] = true }
      return flags
    }
    let confidences = try numbers.map { number in
      try shadows.file(number, inputs.folder).confidences(count: images)
    }
    let ratios = LikelihoodRatioAttack(confidences: confidences, isMember: isMember)
    let found = try attack(numbers.indices.map(ratios.scores), isMember)
    let threshold = try attack(confidences.map { $0.map(Double.init) }, isMember)
    return (
      LeakageResult.Shadows.Kind(threshold: threshold.result, likelihoodRatio: found.result),
      found.areas
    )
  }
}
