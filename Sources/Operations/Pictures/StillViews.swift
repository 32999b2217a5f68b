import LinearMath
public import Rendering
public import Views
public import Work

/// A model before the cameras of `render`: what is drawn, by whom, and from where.
public final class StillViews {
  public static let phases = [(name: "read", weight: 1.0), (name: "prepare", weight: 1.0)]

  public let prepared: PreparedScene
  public let renderer: Renderer
  /// In the order of `options.views`.
  public let cameras: [Camera]

  /// Enters the two phases.
  public init(
    _ model: ViewedModel, _ options: RenderStillsSettings, layers: Set<FrameLayer> = [],
    _ work: WorkContext
  ) throws {
    work.progress.enter("read")
    let (scene, _) = try UprightScene.read(model, options.model, work)
    work.progress.enter("prepare")
    prepared = try PreparedScene(scene, work)
    let lens = options.intrinsics
    renderer = try Renderer(
      prepared, settings: options.render, intrinsics: lens, layers: layers,
      groundShadow: options.shadows, work)
    let directions = options.views.map { $0.direction(elevation: options.elevationDegrees) }
    // A shadow wants room beside the object.
    cameras = prepared.fittingCameras(directions, lens, margin: options.shadows ? 1.25 : 1.06)
  }
}
