public import Geometry
public import Imaging

/// The steps of rebuilding, in order.
public enum RebuildPhase: String, CaseIterable, Sendable {
  case hull, depth, fusion, surface, atlas, texture

  /// Roughly how long each takes, of a hundred.
  public var weight: Double {
    switch self {
    case .hull: 3
    case .depth: 72
    case .fusion: 7
    case .surface: 2
    case .atlas: 9
    case .texture: 7
    }
  }
}

/// What a step of rebuilding leaves for its maker to look at.
public enum RebuildStage: Sendable {
  /// A surface, in the world of the views.
  case mesh(String, Mesh)
  /// What was found for each pixel of a view.
  case picture(String, Image)
  /// Places of the surface and its unit normals there, in the world of the views.
  case points(String, [(position: SIMD3<Float>, normal: SIMD3<Float>)])
  /// What a later run can go on from; for machines.
  case record(String, [UInt8])
}

/// Watches rebuilding.
public struct RebuildObserver {
  /// Is told each step before it begins.
  let enter: (RebuildPhase) -> Void
  /// Is given what each step leaves.
  let keep: (RebuildStage) throws -> Void
  /// Whether anybody looks; stages are not made otherwise.
  let isKeeping: Bool
  /// Gives back a record that a run with the same views, settings and seed has left.
  let recall: (String) -> [UInt8]?

  public init(
    enter: @escaping (RebuildPhase) -> Void = { _ in },
    keep: ((RebuildStage) throws -> Void)? = nil,
    recall: @escaping (String) -> [UInt8]? = { _ in nil }
  ) {
    (self.enter, self.recall, isKeeping) = (enter, recall, keep != nil)
    self.keep = keep ?? { _ in }
  }
}
