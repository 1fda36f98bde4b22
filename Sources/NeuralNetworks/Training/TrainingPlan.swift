import TensorKernels

/// A network ready to be trained: one arena, one ordered list of kernel calls, forward and backward.
///
/// A batch is divided into a fixed number of slices. Every kernel works on one slice; what needs the
/// whole batch (norm statistics, weight gradients) is added up in the order of the slices. So the bits
/// of a step depend on the number of slices and not on the number of threads.
///
/// All threads of a team call `forward` and `backward` together, each with its own index.
public final class TrainingPlan: @unchecked Sendable {
  public let network: Network
  public let layout: ParameterLayout
  /// Images in a batch.
  public let batch: Int
  /// The images of each slice, as a range of the batch.
  public let sliceRanges: [Range<Int>]
  /// Runs while kernels are timed; nil otherwise.
  public var clock: KernelClock?

  /// The trained parameters, `[layout.parameterFloats]`.
  public let parameters: UnsafeMutablePointer<Float>
  /// Running means and variances, `[layout.statisticFloats]`.
  public let statistics: UnsafeMutablePointer<Float>

  let units: [PlannedUnit]
  private let arena: FloatArena
  private let input: SliceBuffer
  private let output: SliceBuffer
  private let outputGradient: SliceBuffer
  private let features: [Int: (values: SliceBuffer, gradient: SliceBuffer)]
  private let gradients: SliceBuffer

  /// Plans `network` for batches of `batch` images in `slices` slices.
  ///
  /// - Parameters:
  ///   - features: Nodes whose outputs a loss reads and gives gradients of, neither the image nor the logits.
  ///     None of them stays inside a fused kernel, so the plan may run slower and round otherwise.
  ///   - seed: Keys the dropout masks.
  ///   - streaming: Whether bottlenecks run image by image (`BottleneckLayer`) instead of layer by
  ///     layer over the batch. The results agree up to rounding.
  public init(
    network: Network, batch: Int, slices: Int = 1, features: [Int] = [], seed: UInt64 = 0,
    streaming: Bool = true
  ) {
    precondition(
      slices >= 1 && slices <= batch, "a batch of \(batch) cannot have \(slices) slices")
    let layout = ParameterLayout(network)
    let ranges = (0..<slices).map { batch * $0 / slices..<batch * ($0 + 1) / slices }
    let assembly = TrainingAssembly(
      network: network, layout: layout, ranges: ranges, features: features, seed: seed,
      streaming: streaming)
    self.network = network
    self.layout = layout
    self.batch = batch
    sliceRanges = ranges
    arena = assembly.arena
    parameters = assembly.parameters
    statistics = assembly.statistics
    gradients = assembly.gradients
    units = assembly.units
    input = assembly.input
    output = assembly.output
    outputGradient = assembly.outputGradient
    self.features = assembly.features
  }

  /// Bytes of the arena: all that training this network takes, the optimiser's state aside.
  public var arenaBytes: Int { MemoryLayout<Float>.stride * arena.count }

  /// Bytes of the arena that a network's weights take at the least, with one slice: the weights, their gradients, and
  /// what layers keep of them in another order or form. Nothing is taken.
  public static func weightBytes(of network: Network) -> Int {
    let kept = network.trainingUnits(streaming: true).reduce(0) {
      $0 + UnitDemand($1, network: network, images: [1]).state
    }
    return MemoryLayout<Float>.stride * (2 * ParameterLayout(network).parameterFloats + kept)
  }

  /// Where a slice's images go before `forward`, `[images, H, W, C]`.
  public func input(slice: Int) -> UnsafeMutablePointer<Float> { input(slice) }
  /// A slice's logits after `forward`, `[images, classes]`.
  public func logits(slice: Int) -> UnsafePointer<Float> { UnsafePointer(output(slice)) }
  /// Where a slice's loss gradient goes before `backward`, `[images, classes]`.
  public func logitsGradient(slice: Int) -> UnsafeMutablePointer<Float> { outputGradient(slice) }
  /// A slice's output of a node of `features` after `forward`, `[images, H, W, C]`.
  public func feature(_ node: Int, slice: Int) -> UnsafePointer<Float> {
    UnsafePointer(buffers(ofFeature: node).values(slice))
  }
  /// Where the loss's gradient of a node of `features` goes before `backward`, `[images, H, W, C]`. It holds
  /// anything before, so it must be written even if it is zero.
  public func featureGradient(_ node: Int, slice: Int) -> UnsafeMutablePointer<Float> {
    buffers(ofFeature: node).gradient(slice)
  }

  private func buffers(ofFeature node: Int) -> (values: SliceBuffer, gradient: SliceBuffer) {
    guard let buffers = features[node] else {
      preconditionFailure("node \(node) is not among the features of the plan")
    }
    return buffers
  }

  /// The sum of all slices' gradients after `reduceGradients`, `[layout.parameterFloats]`.
  public var gradient: UnsafeMutablePointer<Float> { gradients(0) }

  /// The slices that a thread works on.
  public func slices(of thread: Int, team: WorkerTeam) -> StrideTo<Int> {
    stride(from: thread, to: sliceRanges.count, by: team.threadCount)
  }
}

extension TrainingPlan {
  /// Runs the network on the slices' inputs, with batch statistics.
  ///
  /// - Parameters:
  ///   - step: Keys the dropout masks.
  ///   - momentum: The weight of this batch in the running statistics.
  public func forward(thread: Int, team: WorkerTeam, step: Int, momentum: Float) {
    let slices = slices(of: thread, team: team)
    func meet(_ settle: (() -> Void)? = nil) { self.meet(thread: thread, team: team, settle) }
    for index in stride(from: thread, to: units.count, by: team.threadCount) {
      units[index].head.rearrange()
      units[index].norm?.statistics.preparePivot()
    }
    for slice in slices { gradients(slice).update(repeating: 0, count: layout.parameterFloats) }
    clock?.lap(.rearrangement, thread: thread)
    meet()
    for unit in units {
      let head = unit.head
      let brought = head.bringsNorm ? unit.norm : nil
      for slice in slices { unit.norm?.statistics.clearSums(slice: slice) }
      let last = unit.forwardPasses.count - 1
      for (place, pass) in unit.forwardPasses.enumerated() {
        for slice in slices {
          pass.run(
            turn(
              slice, step: step, thread: thread, norm: place == last ? brought : nil,
              inputNorm: place == 0 ? unit.inputNorm : nil))
        }
        if let settle = pass.settle { meet { settle(momentum) } }
      }
      switch unit.tail {
      case .none: break
      case .activation(let tail):
        for slice in slices { tail.forward(slice: slice) }
        clock?.lap(.activation, thread: thread)
      case .norm(let norm):
        if !head.bringsNorm {
          for slice in slices { norm.accumulateMoments(slice: slice, images: images(slice)) }
        }
        clock?.lap(.norm, thread: thread)
        meet { norm.statistics.prepareForward(momentum: momentum) }
        if !unit.lendsNorm { for slice in slices { norm.apply(slice: slice) } }
        clock?.lap(.norm, thread: thread)
      }
    }
  }

  /// Turns the logits' gradient into every parameter's, one buffer a slice.
  public func backward(thread: Int, team: WorkerTeam, step: Int) {
    let slices = slices(of: thread, team: team)
    func meet(_ settle: (() -> Void)? = nil) { self.meet(thread: thread, team: team, settle) }
    for unit in units.reversed() {
      // Buffers change owners between units, and a tensor's slices lie side by side: no thread may
      // run ahead into a unit while another still reads what the unit's buffers held before. A
      // norm's own meeting comes before it writes to a new buffer.
      let head = unit.head
      var brought: NormLayer?
      switch unit.tail {
      case .none: meet()
      case .activation(let tail):
        meet()
        for slice in slices { tail.backward(slice: slice) }
        clock?.lap(.activation, thread: thread)
      case .norm(let norm):
        if !unit.lendsNorm { for slice in slices { norm.accumulateBackward(slice: slice) } }
        clock?.lap(.norm, thread: thread)
        meet { norm.statistics.prepareBackward() }
        if head.bringsNorm {
          brought = norm
        } else {
          for slice in slices { norm.applyBackward(slice: slice, images: images(slice)) }
        }
        clock?.lap(.norm, thread: thread)
      }
      let last = unit.backwardPasses.count - 1
      for (place, pass) in unit.backwardPasses.enumerated() {
        for slice in slices {
          pass.run(
            turn(
              slice, step: step, thread: thread, norm: place == 0 ? brought : nil,
              inputNorm: place == last ? unit.inputNorm : nil))
        }
        if let settle = pass.settle { meet { settle() } }
      }
    }
    meet()
  }

  private func images(_ slice: Int) -> Range<Int> { 0..<sliceRanges[slice].count }

  private func turn(
    _ slice: Int, step: Int, thread: Int, norm: NormLayer?, inputNorm: NormLayer?
  ) -> TrainingTurn {
    TrainingTurn(
      slice: slice, step: step, thread: thread, norm: norm, inputNorm: inputNorm, clock: clock)
  }

  /// Waits for all threads, and lets one of them run `settle` while the others wait.
  private func meet(thread: Int, team: WorkerTeam, _ settle: (() -> Void)?) {
    team.barrier()
    if let settle {
      clock?.lap(.waiting, thread: thread)
      if thread == 0 { settle() }
      clock?.lap(.norm, thread: thread)
      team.barrier()
    }
    clock?.lap(.waiting, thread: thread)
  }

  /// Adds the slices' gradients into `gradient`, in their order. One thread calls it.
  public func reduceGradients() {
    for slice in 1..<max(1, sliceRanges.count) {
      add(gradients(slice), to: gradients(0), count: layout.parameterFloats)
    }
  }
}
