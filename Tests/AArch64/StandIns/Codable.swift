// Embedded Swift has no coding. The kernels' types name the protocol; nothing that is tested here uses it.

/// Stands in for the standard library's name, in the module that this file is compiled into.
public protocol Codable {}
