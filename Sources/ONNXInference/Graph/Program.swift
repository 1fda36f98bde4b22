/// A tensor of a traced network.
struct ProgramValue {
  var shape: [Int]
  var kind: ElementKind
  /// Its values, if they are known.
  var constant: Constant?

  var count: Int { shape.product }
}

/// One step of a traced network.
struct Instruction {
  var operation: Operation
  /// Numbers of values.
  var inputs: [Int]
  var output: Int
  /// What the file calls the node.
  var title: String
}

/// A network with all shapes known: instructions, each after what it reads.
struct Program {
  var values: [ProgramValue] = []
  var instructions: [Instruction] = []
  var inputs: [Int] = []
  var outputs: [Int] = []
}

extension Program {
  /// For each value, the instruction that gives it.
  var producers: [Int: Int] {
    var producers: [Int: Int] = [:]
    for (index, instruction) in instructions.enumerated() { producers[instruction.output] = index }
    return producers
  }

  /// For each value, how often it is read; outputs are read once more.
  var readerCounts: [Int] {
    var counts = [Int](repeating: 0, count: values.count)
    for instruction in instructions { for input in instruction.inputs { counts[input] += 1 } }
    for output in outputs { counts[output] += 1 }
    return counts
  }

  /// Leaves out the instructions that no output depends on.
  mutating func removeDeadInstructions() {
    var isWanted = [Bool](repeating: false, count: values.count)
    for output in outputs { isWanted[output] = true }
    var kept: [Instruction] = []
    for instruction in instructions.reversed() where isWanted[instruction.output] {
      for input in instruction.inputs { isWanted[input] = true }
      kept.append(instruction)
    }
    instructions = kept.reversed()
  }

  /// Multiply–accumulate operations of convolutions and matrix products.
  var macs: Int {
    instructions.reduce(0) { total, instruction in total &+ macs(of: instruction) }
  }

  private func macs(of instruction: Instruction) -> Int {
    let shapes = instruction.inputs.map { values[$0].shape }
    let output = values[instruction.output].shape
    switch instruction.operation {
    case .convolution: return output.product * shapes[1].dropFirst().reduce(1, *)
    case .product: return output.product * shapes[0][shapes[0].count - 1]
    case .attention:
      let (t, d) = (shapes[0][shapes[0].count - 2], shapes[0][shapes[0].count - 1])
      let (s, e) = (shapes[2][shapes[2].count - 2], output[output.count - 1])
      return output.dropLast(2).reduce(1, *) * t * s * (d + e)
    case .reshape, .transpose, .slice, .expand, .concatenate, .blend, .pointwise, .combine, .select,
      .affine, .reduce, .softmax, .normalize, .pool:
      return 0
    }
  }
}
