import Datasets
import NeuralNetworks
import TensorKernels

/// Gives a training its batches: images, labels and soft targets, in the order of each epoch. Images whose class is
/// not known are left out where nothing is learnt from a teacher.
///
/// What a step holds depends on the seed, the recipe's batches and the step alone. Threads may fill different
/// slices at once; `begin(epoch:)` is called between steps.
package final class BatchSource: @unchecked Sendable {
  private let reader: BatchReader
  private let recipe: Recipe
  private let seed: UInt64
  private let signal: TeacherSignal?
  private let stepsPerEpoch: Int
  /// The views that images are shown in, where these are few and fixed: without the teacher too, so that what
  /// differs is the teacher.
  private let views: StoredViews?
  private var order: BatchOrder
  /// Of each pass over the images that the epoch holds.
  private var keys: [Int: AugmentationKey] = [:]
  /// How images are augmented; to be changed between steps.
  package var augmentation: Augmentation
  /// How other images are mixed into each; to be changed between steps.
  package var mix: [ImageMix]
  /// What is read of the teacher besides its logits.
  private let features: TeacherFeatures?
  /// Whether the logits come with the features.
  private let logitsComeWithFeatures: Bool
  /// One a slice, where the teacher is asked about augmented images.
  private var sessions: [Int: any ClassifierSession] = [:]

  package init(
    reader: BatchReader, recipe: Recipe, seed: UInt64, signal: TeacherSignal?,
    features: TeacherFeatures? = nil
  ) {
    (self.reader, self.recipe, self.seed) = (reader, recipe, seed)
    self.signal = recipe.usesTeacher ? signal : nil
    (self.features, augmentation, mix) = (features, recipe.augmentation, recipe.mix)
    stepsPerEpoch = recipe.stepsPerEpoch(trainingCount: recipe.trainingCount(of: reader.dataset))
    order = BatchOrder(recipe, of: reader.dataset, seed: seed)
    if case .stored(let stored) = signal { views = stored } else { views = nil }
    precondition(
      !recipe.usesTeacher || signal != nil, "distillation needs a teacher's signal")
    if case .live(let teacher) = self.signal, let features {
      logitsComeWithFeatures = features.teacher.contentHash == teacher.contentHash
    } else {
      logitsComeWithFeatures = false
    }
    if case .live(let teacher) = self.signal, !logitsComeWithFeatures {
      for slice in 0..<recipe.slices {
        sessions[recipe.batch * slice / recipe.slices] = teacher.session(
          capacity: recipe.batch / recipe.slices + 1)
      }
    }
    findKeys()
  }

  /// Shuffles the images for an epoch.
  package func begin(epoch: Int) {
    order.begin(epoch: epoch)
    findKeys()
  }

  private func findKeys() {
    keys = [:]
    for pass in order.passes {
      keys[pass] = views?.key(epoch: pass) ?? AugmentationKey(seed: seed, epoch: pass)
    }
  }

  /// Fills a slice with its images, labels, soft targets and the teacher's features.
  package func fill(_ slice: TrainingSlice) {
    let runs = runs(of: slice)
    for run in runs { fill(slice, run) }
    features?.fill(slice, always: logitsComeWithFeatures)
    if case .live = signal, !logitsComeWithFeatures {
      guard let session = sessions[slice.range.lowerBound] else {
        preconditionFailure("no teacher for the slice that begins at \(slice.range.lowerBound)")
      }
      session.answer(slice.images, count: slice.range.count, into: slice.teacher)
    }
    for run in runs { fillTeacher(slice, run) }
  }

  /// Fills a slice with images as an evaluation sees them, each once, for batch-norm statistics.
  func fillClean(_ slice: TrainingSlice) {
    slice.mix?.shares.update(repeating: 0, count: slice.range.count)
    order.whole.withUnsafeBufferPointer { indices in
      reader.fill(
        slice.images, labels: slice.labels,
        indices: UnsafeBufferPointer(rebasing: indices[places(of: slice)]), split: .training)
    }
  }

  /// Neighbouring images of a slice that are of one pass.
  private struct Run {
    /// Where they stand in the epoch, and the first of them in the slice.
    let places: Range<Int>
    let offset: Int
    let pass: Int
    let key: AugmentationKey
  }

  private func places(of slice: TrainingSlice) -> Range<Int> {
    let start = slice.step % stepsPerEpoch * recipe.batch
    return start + slice.range.lowerBound..<start + slice.range.upperBound
  }

  private func runs(of slice: TrainingSlice) -> [Run] {
    let all = places(of: slice)
    return order.runs(in: all).map { places, pass in
      guard let key = keys[pass] else {
        preconditionFailure("the epoch has no images of pass \(pass)")
      }
      return Run(
        places: places, offset: places.lowerBound - all.lowerBound, pass: pass, key: key)
    }
  }

  private func fill(_ slice: TrainingSlice, _ run: Run) {
    let images = slice.images + run.offset * reader.dataset.imageElements
    let labels = slice.labels + run.offset
    order.indices.withUnsafeBufferPointer { indices in
      let chosen = UnsafeBufferPointer(rebasing: indices[run.places])
      guard !mix.isEmpty else {
        // What an earlier stage has mixed in counts no more.
        (slice.mix?.shares).map { ($0 + run.offset).update(repeating: 0, count: chosen.count) }
        return reader.fill(
          images, labels: labels, indices: chosen, split: .training, augmentation: augmentation,
          key: run.key)
      }
      guard let mixed = slice.mix else {
        preconditionFailure("mixed images need room for the labels of what is mixed in")
      }
      reader.fill(
        images, labels: labels, otherLabels: mixed.otherLabels + run.offset,
        shares: mixed.shares + run.offset, indices: chosen, split: .training,
        augmentation: augmentation, mixes: mix, key: run.key)
    }
  }

  /// Fills in what the teacher has said of the images before the training.
  private func fillTeacher(_ slice: TrainingSlice, _ run: Run) {
    let output = slice.teacher + run.offset * classes
    order.indices.withUnsafeBufferPointer { indices in
      let chosen = UnsafeBufferPointer(rebasing: indices[run.places])
      switch signal {
      case .none, .live: break
      case .cached(let targets):
        let mixing: ((Int) -> MixDraw?)? =
          mix.isEmpty
          ? nil
          : { self.reader.mixDraw(self.mix, forImage: $0, of: .training, key: run.key) }
        targets.fill(output, indices: chosen, mixing: mixing)
      case .stored(let views): views.fill(output, indices: chosen, epoch: run.pass)
      }
    }
  }

  private var classes: Int { reader.dataset.classes }
}
