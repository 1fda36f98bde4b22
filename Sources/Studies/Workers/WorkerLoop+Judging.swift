import Datasets
import Distillation
import NeuralNetworks
import Quantization
import TFLiteFiles

extension WorkerLoop {
  /// Returns the student as its first full training left it, in the study's arithmetic.
  func keptStudent(_ key: String, _ network: Network) throws -> any ImageClassifier {
    switch inputs.definition.precision {
    case .int8:
      try IntegerClassifier(TFLiteFile.read(inputs.folder.integerModel(of: key)).model)
    case .fp32, .fp16: try TrainedModel(network, contentsOf: inputs.folder.weights(of: key))
    }
  }

  /// Classifies a split; nil if the logits overflow, which is a divergence too.
  func evaluation(_ model: any ImageClassifier, _ split: DatasetSplit) -> Evaluation? {
    let evaluation = model.evaluate(on: split, reader: inputs.reader)
    return evaluation.negativeLogLikelihood.isFinite ? evaluation : nil
  }

  /// Classifies a split and says how, next to the teacher; nil as `evaluation` is.
  func judge(
    _ model: any ImageClassifier, _ split: DatasetSplit
  ) -> (evaluation: Evaluation, outcome: SplitOutcome)? {
    let logits = model.logits(of: split, reader: inputs.reader)
    let evaluation = Evaluation(logits: logits, split: split, dataset: inputs.dataset)
    guard evaluation.negativeLogLikelihood.isFinite else { return nil }
    let outcome = SplitOutcome(
      logits: logits, split: split, dataset: inputs.dataset, teacher: teacherLogits.known(of: split)
    )
    return (evaluation, outcome)
  }
}
