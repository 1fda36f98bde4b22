/// The machine that a result comes from, where its processor is not the one that the study was begun on: there the
/// results agree within noise, not bit for bit.
public struct ResultMachine: Hashable, Sendable, Codable {
  public var host: String
  public var processor: String
}
