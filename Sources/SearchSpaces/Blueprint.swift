import NeuralNetworks

/// How the values of parameters become layers: what a file's `blueprint` and `blocks` say.
struct Blueprint: Sendable {
  let elements: [Element]
  let blocks: [Block]

  /// A list of elements with a name, in which arguments stand for what each call gives.
  struct Block: Sendable {
    let name: String
    /// The arguments' names; in the body they are the first locals.
    let arguments: [String]
    let body: [Element]
  }

  /// One step of the way from the input to the logits.
  struct Element: Sendable {
    /// Where the element stands in the file.
    let path: String
    let content: Content
  }

  /// An expression and what its value must be.
  struct Operand: Sendable {
    let expression: Expression
    let requirement: Requirement
  }

  /// Elements of which a network may or may not have one copy or several.
  struct Branch: Sendable {
    let path: String
    let elements: [Element]
  }

  indirect enum Content: Sendable {
    /// A layer without a window makes no use of the padding.
    case layer(LayerKind, [Operand], Padding)
    /// A call of the block with an index, one expression per argument.
    case call(Int, [Expression])
    /// The index of the repetition, from 0, is a local of the body.
    case repetition(count: Operand, Branch)
    case condition(Operand, then: Branch, else: Branch?)
    /// The case whose text is the operand's value.
    case choice(Operand, [(text: String, branch: Branch)])
    /// The body plus a shortcut: the input itself if the shapes agree, otherwise what the
    /// projection makes of it, or nothing.
    case residual(body: [Element], projection: [Element]?, activation: Operand?)
    case graph(Graph)
  }

  /// A graph whose nodes are sums of what the operations on the edges into them give.
  struct Graph: Sendable {
    /// Which operations parameters put on which edges.
    let declared: DeclaredGraph
    /// In the order of `declared`.
    let edges: [Edge]
    /// In the order of the file.
    let operations: [Operation]

    struct Edge: Sendable {
      let path: String
      /// The parameter that chooses the operation.
      let choice: Operand
    }

    /// What a value of an edge's parameter stands for.
    struct Operation: Sendable {
      let name: String
      let role: DeclaredGraph.Role
      /// No elements unless the role is an operation.
      let branch: Branch
    }

    /// The elements of the operation with an index into `declared.operationNames`.
    let bodies: [[Element]]
  }
}
