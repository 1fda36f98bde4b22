import Foundation
import Synchronization
import TensorKernels

/// One slice of a batch, to be filled before a step.
public struct TrainingSlice: @unchecked Sendable {
  /// The step, and which images of its batch the slice holds.
  public let step: Int
  public let range: Range<Int>
  /// Where the images go, `[range.count, H, W, C]`.
  public let images: UnsafeMutablePointer<Float>
  /// Where the labels go, `[range.count]`; below 0 where the class is not known.
  public let labels: UnsafeMutablePointer<Int32>
  /// Where the label of what is mixed into each image goes, and its share, `[range.count]` each; nil: nothing may be
  /// mixed in. Shares hold 0 before the first step.
  public let mix: Mix?
  /// Where the teacher's logits go, `[range.count, classes]`; ignored if the loss has no teacher.
  public let teacher: UnsafeMutablePointer<Float>
  /// Where the teacher's features go that the loss reads, each `[range.count, H, W, C]`.
  public let teacherFeatures: [UnsafeMutablePointer<Float>]

  /// Where `LabelMix` is read from.
  public struct Mix {
    public let otherLabels: UnsafeMutablePointer<Int32>
    public let shares: UnsafeMutablePointer<Float>

    public init(
      otherLabels: UnsafeMutablePointer<Int32>, shares: UnsafeMutablePointer<Float>
    ) {
      (self.otherLabels, self.shares) = (otherLabels, shares)
    }

    /// The same for whoever reads it.
    public var labelMix: LabelMix { LabelMix(otherLabels: otherLabels, shares: shares) }
  }

  public init(
    step: Int, range: Range<Int>, images: UnsafeMutablePointer<Float>,
    labels: UnsafeMutablePointer<Int32>, mix: Mix? = nil, teacher: UnsafeMutablePointer<Float>,
    teacherFeatures: [UnsafeMutablePointer<Float>] = []
  ) {
    (self.step, self.range, self.images) = (step, range, images)
    (self.labels, self.mix, self.teacher) = (labels, mix, teacher)
    self.teacherFeatures = teacherFeatures
  }
}

/// What a step did.
public struct StepReport: Hashable, Sendable {
  public let step: Int
  /// The batch's mean loss.
  public let loss: Double
  /// The share of right answers among the images of the batch whose class is known; 0 if there are none.
  public let accuracy: Double
  /// The gradient's norm before clipping.
  public let gradientNorm: Double
}

/// Trains one network: fills batches, runs the plan and moves the parameters.
///
/// The same parameters come out, bit for bit, whatever the number of threads.
public final class Trainer: @unchecked Sendable {
  public let plan: TrainingPlan
  public let optimizer: Optimizer
  public let loss: any TrainingLoss
  /// The networks that go through the training with this one; `begin` sets them to their start.
  public let peers: [any TrainingPeer]

  private let team: WorkerTeam
  private let memory: LossMemory
  private let seed: UInt64
  /// Moves the connectors as `optimizer` moves the network, but they do not decay, and their gradient is
  /// clipped on its own. Nil if the loss has none.
  let connectorOptimizer: Optimizer?

  /// Creates a trainer for `plan` that works with `threads` threads, at most one a slice.
  ///
  /// - Parameters:
  ///   - loss: What to make small; the plan must keep the features that it reads.
  ///   - seed: Keys the connectors' starting values, and what the loss draws.
  ///   - peers: Their answers are what the loss finds as `LossSlice.peerLogits`.
  public init(
    plan: TrainingPlan, optimizer: Optimizer, loss: any TrainingLoss, threads: Int = 1,
    seed: UInt64 = 0, peers: [any TrainingPeer] = []
  ) {
    self.plan = plan
    self.optimizer = optimizer
    self.loss = loss
    (self.seed, self.peers) = (seed, peers)
    team = WorkerTeam(threadCount: max(1, min(threads, plan.sliceRanges.count)))
    memory = LossMemory(
      loss, images: plan.sliceRanges.map(\.count), classes: plan.network.outputShape.channels)
    let floats = loss.connectorFloats
    connectorOptimizer =
      floats == 0
      ? nil
      : Optimizer(
        rule: optimizer.rule, weightDecay: 0, clipNorm: optimizer.clipNorm, floats: floats,
        decayedFloats: 0)
    loss.initialize(memory.connectors, seed: seed)
  }

  /// The connectors of the loss, `[loss.connectorFloats]`. They and `connectorState` are part of a training's state:
  /// where it is continued, they must be set again.
  public var connectors: UnsafeMutablePointer<Float> { memory.connectors }

  /// The state of the optimiser that moves the connectors; nil if there are none.
  public var connectorState: UnsafeMutableBufferPointer<Float>? { connectorOptimizer?.state }

  /// What of the network stands still. To be changed between two runs, not within one.
  public var resting = RestingValues.none

  /// Runs the steps of `steps`.
  ///
  /// - Parameters:
  ///   - rate: The learning rate of a step.
  ///   - progress: The share of the whole training that is done before a step, 0…1, for losses that change on the
  ///     way.
  ///   - fill: Fills a slice; called by several threads at once, for different slices.
  ///   - report: Called after each step by one thread; false ends the run.
  /// - Returns: The first step whose loss or gradient was not finite, of the network or of a peer, if training
  ///   diverged; the parameters are those before it where it was the network's, the running statistics are not.
  @discardableResult
  public func run(
    steps: Range<Int>, rate: @escaping @Sendable (Int) -> Double,
    progress: @escaping @Sendable (Int) -> Double = { _ in 0 },
    fill: @escaping @Sendable (TrainingSlice) -> Void,
    report: @escaping @Sendable (StepReport) -> Bool
  ) -> Int? {
    let slices = plan.sliceRanges.count
    nonisolated(unsafe) let results = UnsafeMutablePointer<SliceResult>.allocate(capacity: slices)
    results.initialize(repeating: (0, 0, 0), count: slices)
    defer { results.deallocate() }
    let still = copies(of: resting.statistics)
    let ended = Atomic<Bool>(false)
    let divergedAt = Atomic<Int>(-1)
    team.run { [self] thread in
      plan.clock?.start(thread: thread)
      for step in steps {
        for slice in plan.slices(of: thread, team: team) {
          fill(slot(slice, step: step))
          for peer in peers { peer.take(slot(slice, step: step), slice: slice) }
        }
        plan.clock?.lap(.batch, thread: thread)
        plan.forward(
          thread: thread, team: team, step: step, momentum: Trainer.statisticsMomentum)
        for peer in peers { peer.forward(thread: thread, team: team, step: step) }
        for slice in plan.slices(of: thread, team: team) {
          let answers = peers.map { $0.logits(slice: slice) }
          results[slice] = sliceLoss(
            slice, step: step, progress: progress(step), peerLogits: answers)
          for (place, peer) in peers.enumerated() {
            var others = answers
            others[place] = plan.logits(slice: slice)
            peer.evaluate(slice: slice, step: step, progress: progress(step), others: others)
          }
        }
        plan.clock?.lap(.loss, thread: thread)
        plan.backward(thread: thread, team: team, step: step)
        for peer in peers { peer.backward(thread: thread, team: team, step: step) }
        if thread == 0 {
          plan.reduceGradients()
          for (start, values) in still {
            (plan.statistics + start).update(from: values, count: values.count)
          }
          let batch = Double(plan.batch)
          var (total, correct, labeled) = (0.0, 0, 0)
          for slice in 0..<slices {
            total += results[slice].loss
            correct += results[slice].correct
            labeled += results[slice].labeled
          }
          var norm = total.isFinite ? move(rate: Float(rate(step)), step: step + 1) : .nan
          for peer in peers where norm.isFinite {
            if !peer.move(after: self, rate: Float(rate(step)), step: step + 1) { norm = .nan }
          }
          let done = StepReport(
            step: step, loss: total / batch, accuracy: Double(correct) / Double(max(1, labeled)),
            gradientNorm: norm)
          if !norm.isFinite || !total.isFinite {
            divergedAt.store(step, ordering: .relaxed)
            ended.store(true, ordering: .relaxed)
          } else if !report(done) {
            ended.store(true, ordering: .relaxed)
          }
        }
        plan.clock?.lap(.optimizer, thread: thread)
        team.barrier()
        plan.clock?.lap(.waiting, thread: thread)
        if ended.load(ordering: .relaxed) { return }
      }
    }
    let step = divergedAt.load(ordering: .relaxed)
    return step < 0 ? nil : step
  }

  /// Runs the network forward on `steps` batches and replaces the running statistics by their means.
  ///
  /// After few steps the running statistics lag behind the weights, and a network evaluated with them
  /// may be near chance. Source: Wu and Johnson, "Rethinking 'Batch' in BatchNorm", arXiv:2105.07576
  /// (precise batch norm).
  ///
  /// - Parameter fill: As in `run`.
  public func reestimateStatistics(
    steps: Int, fill: @escaping @Sendable (TrainingSlice) -> Void
  ) {
    team.run { [self] thread in
      for step in 0..<steps {
        for slice in plan.slices(of: thread, team: team) {
          fill(slot(slice, step: step))
        }
        // The weight 1/(n + 1) of batch n makes the running value the mean of all so far.
        plan.forward(thread: thread, team: team, step: step, momentum: 1 / Float(step + 1))
        team.barrier()
      }
    }
  }

  /// How much of a batch goes into the running statistics of norms.
  static let statisticsMomentum: Float = 0.1

  func slot(_ slice: Int, step: Int) -> TrainingSlice {
    TrainingSlice(
      step: step, range: plan.sliceRanges[slice], images: plan.input(slice: slice),
      labels: memory.slices[slice].labels, mix: memory.slices[slice].mix,
      teacher: memory.slices[slice].teacherLogits,
      teacherFeatures: memory.slices[slice].teacherFeatures)
  }

  /// Returns some of the running statistics, each with where it starts.
  func copies(of ranges: [Range<Int>]) -> [(start: Int, values: [Float])] {
    ranges.map { range in
      (
        range.lowerBound,
        Array(UnsafeBufferPointer(start: plan.statistics + range.lowerBound, count: range.count))
      )
    }
  }

  /// Moves the parameters and the connectors one step, and returns the norm of the gradient of what moves.
  func move(rate: Float, step: Int) -> Double {
    for range in resting.parameters {
      (plan.gradient + range.lowerBound).update(repeating: 0, count: range.count)
    }
    let norm = optimizer.step(
      plan.parameters, gradient: plan.gradient, rate: rate, step: step, resting: resting)
    if norm.isFinite, let connectorOptimizer {
      connectorOptimizer.step(
        memory.connectors, gradient: memory.reduceConnectorGradients(), rate: rate, step: step)
    }
    return norm
  }

  /// What a loss came to on a slice, and how many images' classes are known.
  typealias SliceResult = (loss: Double, correct: Int, labeled: Int)

  func sliceLoss(
    _ slice: Int, step: Int, progress: Double, peerLogits: [UnsafePointer<Float>]
  ) -> SliceResult {
    let (own, count) = (memory.slices[slice], plan.sliceRanges[slice].count)
    let classes = plan.network.outputShape.channels
    memory.clearConnectorGradient(slice: slice)
    if !loss.inputs.readsLogits {
      plan.logitsGradient(slice: slice).update(repeating: 0, count: count * classes)
    }
    let result = loss.evaluate(
      LossSlice(
        count: count, batch: plan.batch, classes: classes, step: step, seed: seed,
        progress: progress, labels: own.labels, mix: own.mix.labelMix,
        logits: LossSlice.Feature(
          values: plan.logits(slice: slice), gradient: plan.logitsGradient(slice: slice)),
        teacherLogits: own.teacherLogits,
        features: loss.inputs.features.map {
          LossSlice.Feature(
            values: plan.feature($0.node, slice: slice),
            gradient: plan.featureGradient($0.node, slice: slice))
        },
        teacherFeatures: own.teacherFeatures.map { UnsafePointer($0) }, peerLogits: peerLogits,
        connectors: memory.connectors, connectorGradients: own.connectorGradients,
        scratch: own.scratch))
    return (result.loss, result.correct, own.mix.labelMix.labeledCount(own.labels, count: count))
  }
}
