import Datasets
import NeuralNetworks
import TensorKernels

/// Where a student's soft targets come from.
public enum TeacherSignal: Sendable {
  /// Logits on clean images.
  case cached(SoftTargets)
  /// The teacher itself, asked about whatever the student sees.
  case live(any ImageClassifier)
  /// Logits on the few views of each image that students see.
  case stored(StoredViews)
}

extension TeacherSignal {
  /// A hash of everything that it says.
  package var contentHash: String {
    switch self {
    case .cached(let targets): targets.contentHash
    case .live(let teacher): teacher.contentHash
    case .stored(let views): views.contentHash
    }
  }

  /// Returns how often each class is the largest logit of each label, over one epoch of a student's batches and
  /// the images whose class is known.
  ///
  /// The images, labels and logits come through the same code as in training, so logits that belong to
  /// other images show at once. Images are mixed only where the teacher's answers are stored ones on mixed images,
  /// whose label is the one with the larger share.
  public func confusion(reader: BatchReader, recipe: Recipe, seed: UInt64) -> ConfusionCounts {
    var recipe = recipe
    (recipe.slices, recipe.loss.distillation) = (1, 1)
    // Each image once.
    (recipe.losses, recipe.stages, recipe.labeledShare) = ([], [], nil)
    if case .stored = self {} else { recipe.mix = [] }
    let classes = reader.dataset.classes
    let source = BatchSource(reader: reader, recipe: recipe, seed: seed, signal: self)
    let images = UnsafeMutablePointer<Float>.allocate(
      capacity: recipe.batch * reader.dataset.imageElements + readMargin)
    let labels = UnsafeMutablePointer<Int32>.allocate(capacity: recipe.batch)
    let mix = TrainingSlice.Mix(
      otherLabels: .allocate(capacity: recipe.batch), shares: .allocate(capacity: recipe.batch))
    mix.shares.initialize(repeating: 0, count: recipe.batch)
    let logits = UnsafeMutablePointer<Float>.allocate(capacity: recipe.batch * classes + readMargin)
    defer {
      images.deallocate()
      labels.deallocate()
      mix.otherLabels.deallocate()
      mix.shares.deallocate()
      logits.deallocate()
    }
    let steps = recipe.stepsPerEpoch(trainingCount: reader.dataset.count(.training))
    var (known, predicted): ([Int], [Int]) = ([], [])
    for step in 0..<steps {
      source.fill(
        TrainingSlice(
          step: step, range: 0..<recipe.batch, images: images, labels: labels, mix: mix,
          teacher: logits))
      for n in 0..<recipe.batch where labels[n] >= 0 {
        let row = UnsafeBufferPointer(start: logits + n * classes, count: classes)
        known.append(Int(mix.shares[n] > 0.5 ? mix.otherLabels[n] : labels[n]))
        predicted.append(row.indices.max(by: { row[$0] < row[$1] }) ?? 0)
      }
    }
    return ConfusionCounts(labels: known, predicted: predicted)
  }
}
