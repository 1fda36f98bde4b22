import FileFormats

/// What is known of a graph once its nodes have been read with all sizes in place.
struct TracedGraph {
  var program: Program
  var unsupported: [UnsupportedOperator]
}

/// Walks through a graph in order and writes down what it computes, with every size known.
struct GraphTracing {
  let path: String
  let graph: ONNXGraph
  let operatorSet: Int
  /// In the order in which they are run.
  let nodes: [ONNXNode]

  /// Puts the model's nodes in order, its functions written out.
  init(_ model: ONNXModel, outputs: [String], path: String) throws {
    (self.path, graph, operatorSet) = (path, model.graph, model.operatorSet)
    nodes = try model.graph.orderedNodes(for: outputs, path: path)
  }

  /// Traces the graph.
  ///
  /// - Parameters:
  ///   - inputs: The shapes of the tensors that a run brings.
  ///   - constants: Initializers, and other tensors whose values are known.
  /// - Returns: The program; its outputs are missing if something is unsupported.
  /// - Throws: `FileFormatError` if a tensor of the file cannot be used.
  func trace(
    inputs: [(name: String, shape: [Int], kind: ElementKind)], constants: [String: Constant],
    outputs: [String]
  ) throws -> TracedGraph {
    var builder = GraphBuilder(operatorSet: operatorSet)
    var values: [String: Int] = [:]
    var unsupported: [UnsupportedOperator] = []
    do throws(Refusal) {
      for (name, shape, kind) in inputs {
        values[name] = try builder.appendInput(shape: shape, kind: kind)
      }
    } catch {
      throw malformed("inputs", error.reason)
    }
    for node in nodes {
      func note(_ reason: String) {
        unsupported.append(
          UnsupportedOperator(
            name: node.title, operation: node.qualifiedOperation, reason: reason))
      }
      guard node.isStandard else {
        note("an operator of the domain '\(node.domain)', expected one of ONNX's own")
        continue
      }
      guard let rule = OperatorTable.rules[node.operation] else {
        note("not an operator that is run here")
        continue
      }
      for name in node.inputs where values[name] == nil {
        guard let constant = constants[name] else { continue }
        do throws(Refusal) {
          values[name] = try builder.append(constant)
        } catch {
          throw malformed("tensor '\(name)'", error.reason)
        }
      }
      // What only follows from an operator named before is not named again.
      guard node.inputs.allSatisfy({ $0.isEmpty || values[$0] != nil }) else { continue }
      var reading = NodeReading(
        node: node, builder: builder, operands: node.inputs.map { $0.isEmpty ? nil : values[$0] })
      // The reading has the only copy while it appends.
      builder = GraphBuilder(operatorSet: operatorSet)
      do throws(Refusal) {
        try rule(&reading)
        for (name, result) in zip(node.outputs, reading.results) {
          if let result, !name.isEmpty { values[name] = result }
        }
      } catch {
        note(error.reason)
      }
      builder = reading.builder
    }
    if unsupported.isEmpty {
      builder.setOutputs(outputs.compactMap { values[$0] })
    }
    return TracedGraph(program: builder.program, unsupported: unsupported)
  }

  private func malformed(_ location: String, _ found: String) -> FileFormatError {
    .malformed(path: path, location: location, found: found, expected: "a smaller tensor")
  }
}
