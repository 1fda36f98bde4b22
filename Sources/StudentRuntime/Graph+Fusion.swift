import CStudentKernels

extension Graph {
  /// Joins steps that one kernel does: borders with the window behind them, and in fp32 sums and activations with
  /// the step before them.
  func fused() throws(Refusal) -> Graph {
    var graph = self
    var readers = [Int](repeating: 0, count: tensors.count)
    var writers = [Int](repeating: -1, count: tensors.count)
    for (index, operation) in operations.enumerated() {
      for tensor in operation.inputs where tensor >= 0 { readers[tensor] += 1 }
      writers[operation.output] = index
    }
    readers[output] += 1
    /// Returns the only operation that reads a tensor.
    func reader(of tensor: Int) -> Int? {
      readers[tensor] == 1 ? operations.firstIndex { $0.inputs.contains(tensor) } : nil
    }
    var gone: Set<Int> = []
    for (index, operation) in operations.enumerated() {
      if case .pad(let pads) = operation.kind {
        guard let next = reader(of: operation.output),
          let kind = operations[next].kind.behind(pads),
          operations[next].inputs[0] == operation.output
        else {
          throw Refusal(
            operation.place, found: "a border by itself", expected: "a convolution behind it")
        }
        graph.operations[next].kind = kind
        graph.operations[next].inputs[0] = operation.inputs[0]
        gone.insert(index)
      }
    }
    for index in operations.indices
    where !gone.contains(index) && !tensors[operations[index].output].isInteger
      && operations[index].kind.takesActivation
    {
      while graph.operations[index].activation == student_no_activation,
        let next = reader(of: graph.operations[index].output)
      {
        let (output, then) = (graph.operations[index].output, operations[next])
        if case .add = then.kind, operations[index].kind.takesSum,
          graph.operations[index].addend == nil
        {
          let other = then.inputs[0] == output ? then.inputs[1] : then.inputs[0]
          guard writers[other] < index, tensors[other].values == nil,
            tensors[other].count == tensors[output].count
          else { break }
          graph.operations[index].addend = other
        } else if case .activation = then.kind {
        } else {
          break
        }
        graph.operations[index].activation = then.activation
        graph.operations[index].output = then.output
        writers[then.output] = index
        gone.insert(next)
      }
    }
    graph.operations = graph.operations.indices.filter { !gone.contains($0) }.map {
      graph.operations[$0]
    }
    return graph
  }
}

extension Operation.Kind {
  var takesSum: Bool {
    switch self {
    case .convolution, .depthwise, .dense: true
    default: false
    }
  }

  var takesActivation: Bool {
    switch self {
    case .add, .multiply: true
    default: takesSum
    }
  }

  /// Returns a convolution that reads what lies within a border, as if it were there; nil if it is none or its
  /// windows would miss the image.
  func behind(_ pads: [Int]) -> Operation.Kind? {
    func moved(_ window: Window) -> Window? {
      var window = window
      window.top += pads[0]
      window.left += pads[2]
      return window.top < window.height && window.left < window.width ? window : nil
    }
    switch self {
    case .convolution(let window): return moved(window).map { .convolution($0) }
    case .depthwise(let window): return moved(window).map { .depthwise($0) }
    default: return nil
    }
  }
}
