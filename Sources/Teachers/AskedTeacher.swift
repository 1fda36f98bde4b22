import Datasets
import Distillation

/// A teacher that runs in this process and can be asked about any image: all its answers are what it says live.
package protocol AskedTeacher: Teacher {
  var setting: TeacherSetting { get }
}

extension AskedTeacher {
  package var obstacleToAsking: String? { nil }

  package func answers(on split: DatasetSplit, _ work: TeacherWork) throws -> TeacherAnswers? {
    TeacherAnswers(
      logits: try live().logits(of: split, reader: setting.reader, threads: work.threads))
  }

  package func logits(in view: AugmentedView, _ work: TeacherWork) throws -> [Float] {
    try live().logits(of: .training, in: view, reader: setting.reader, threads: work.threads)
  }
}
