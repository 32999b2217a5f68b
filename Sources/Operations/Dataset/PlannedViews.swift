import LinearMath
public import Datasets
public import Rendering
public import Scenes
import Views
public import Work

/// A model before the cameras of a training set: what is drawn, by whom, and from where.
public final class PlannedViews {
  public static let phases = [(name: "read", weight: 2.0), (name: "prepare", weight: 3.0)]

  /// With +y up; and the axis that was up in its file.
  public let scene: Scene
  let up: UpAxis
  public let prepared: PreparedScene
  public let renderer: Renderer
  let plan: ViewPlan
  /// Every view with its camera and split, in the order of the set.
  public let views: [SetView]

  /// Enters the two phases.
  ///
  /// - Parameter seed: fixes which cameras are drawn by lot.
  public init(
    _ model: ViewedModel, _ options: ExportDatasetSettings, seed: UInt64, _ work: WorkContext
  ) throws {
    work.progress.enter("read")
    (scene, up) = try UprightScene.read(model, options.model, work)
    work.progress.enter("prepare")
    prepared = try PreparedScene(scene, work)
    plan = try ViewPlan(
      options.views, seed: seed,
      testFraction: options.dataset.layout.contains(.nerfSynthetic) ? 0.2 : 0,
      longestSide: prepared.longestSide)
    for warning in plan.warnings { work.log.warn(warning) }
    renderer = try Renderer(
      prepared, settings: options.render, intrinsics: plan.all[0].intrinsics,
      normalSpaceFromWorld: Conventions.zUpFromYUp,
      layers: Set(options.dataset.aov.compactMap(\.layer)), work)
    views = SetView.list(train: plan.train, validation: plan.validation, test: plan.test)
  }
}
