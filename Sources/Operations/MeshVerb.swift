public import Geometry
public import Settings
public import Work

/// A verb that makes a mesh of a mesh, also for callers who hold arrays rather than files.
public protocol MeshVerb: Verb {
  /// What `make` goes through, with its share of the work.
  static var phases: [(name: String, weight: Double)] { get }

  /// - Parameter groups: for each triangle a number; borders between numbers are kept. Empty where there are none.
  static func make(
    _ mesh: Mesh, groups: [Int], _ options: Options, seed: UInt64, _ work: WorkContext
  ) throws -> MadeMesh
}

/// What such a verb made.
public struct MadeMesh: Sendable {
  public let mesh: Mesh
  /// For each triangle the triangle of the input that it came from.
  public let sources: [Int]
  /// For machines.
  public let result: JSONValue
  /// For people.
  public let text: String
  /// A guarantee that was asked for and is not met, in a sentence.
  public var unmetGuarantee: String?
}

extension Catalogue {
  private static let meshVerbs: [any MeshVerb.Type] = [
    DecimateModel.self, RemeshModel.self, RepairModel.self,
  ]

  /// Runs a verb on a mesh in memory. Throws `UsageError` where there is no such verb, `SettingsError` where the
  /// settings do not fit it, and what the verb throws.
  ///
  /// - Parameter settings: by their JSON names.
  public static func make(
    _ verb: String, _ mesh: Mesh, settings: JSONValue, seed: UInt64, _ work: WorkContext
  ) throws -> MadeMesh {
    guard let found = meshVerbs.first(where: { $0.name == verb }) else {
      let names = meshVerbs.map { $0.name }.joined(separator: ", ")
      throw UsageError("\"\(verb)\" makes no mesh of a mesh; \(names) do")
    }
    return try make(found, mesh, settings, seed, work)
  }

  private static func make<V: MeshVerb>(
    _ verb: V.Type, _ mesh: Mesh, _ settings: JSONValue, _ seed: UInt64, _ work: WorkContext
  ) throws -> MadeMesh {
    let options = try V.Options(layers: [.json(settings, source: "the call")])
    guard !mesh.triangles.isEmpty else {
      throw InputError("no-triangles", "the mesh holds no triangles", "the call")
    }
    work.progress.declare(V.phases)
    return try V.make(mesh, groups: [], options, seed: seed, work)
  }
}
