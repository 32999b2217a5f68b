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
}

/// Watches rebuilding.
public struct RebuildObserver {
  /// Is told each step before it begins.
  let enter: (RebuildPhase) -> Void
  /// Is given what each step leaves.
  let keep: (RebuildStage) throws -> Void

  public init(
    enter: @escaping (RebuildPhase) -> Void = { _ in },
    keep: @escaping (RebuildStage) throws -> Void = { _ in }
  ) {
    (self.enter, self.keep) = (enter, keep)
  }
}
