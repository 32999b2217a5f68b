import Imaging
import LinearMath
import Views
public import Work

/// The views of one object, checked, and moved into the working space.
public struct ViewSet: Sendable {
  public let views: [SourceView]
  /// Pinholes in the working space, one a view.
  let projections: [Projection]
  /// From the working space to the world of the views: scale, then offset.
  public let scale: Double
  public let offset: SIMD3<Double>
  let outlines: [Outline]
  /// Around the object, in the working space.
  let box: Box
  /// In how many views a place may lie outside the object's outline and still belong to it: 0 for drawn views, a few
  /// where masks were found in photographs.
  let outlineMisses: Int
  /// Whether a side of the object may be shown by no view.
  let arePhotographs: Bool

  /// Throws where the views cannot show one object; names the view that is to blame.
  ///
  /// - Parameter arePhotographs: outlines may be wrong here and there, and a side of the object may be shown by none.
  public init(
    _ views: [SourceView], arePhotographs: Bool = false, _ work: WorkContext
  ) throws {
    guard views.count >= 2 else {
      throw ReconstructionError(
        "too-few-views",
        "there \(views.count == 1 ? "is 1 view" : "are \(views.count) views"); two or more posed ones are needed"
      )
    }
    for view in views { try Self.check(view) }
    let cropped = try parallelMap(count: views.count, work) { views[$0].cropped() }
    let outlines = try parallelMap(count: views.count, work) { index in
      Outline(cropped[index].image)
    }
    for (view, outline) in zip(views, outlines) {
      if outline.area == 0 {
        throw ReconstructionError(
          "empty-view", "the view shows nothing: its mask or alpha is empty; leave it out",
          at: view.name)
      }
      if outline.area > 0.98 * Double(view.image.width * view.image.height) {
        throw ReconstructionError(
          "full-mask",
          "the object fills the whole picture, so there is no outline; give pictures with alpha, or --masks",
          at: view.name)
      }
    }
    let inverted = outlines.indices.filter { outlines[$0].holdsCorners }
    if inverted.count * 2 > views.count {
      throw ReconstructionError(
        "inverted-mask",
        "the mask says that the corners of the picture are the object, as in \(inverted.count) of \(views.count) views; white (opaque) must be the object",
        at: views[inverted[0]].name)
    }
    self.arePhotographs = arePhotographs
    outlineMisses = arePhotographs ? Int((0.1 * Double(views.count)).rounded()) : 0
    let box = try ObjectBox.find(
      cropped.map { Projection($0.camera) }, outlines, views.map(\.name),
      misses: max(outlineMisses, views.count / 20))
    let (scale, offset) = (box.radius, box.center)
    self.views = cropped
    self.outlines = outlines
    self.scale = scale
    self.offset = offset
    let extent = SIMD3<Float>(box.extent * (1 / scale))
    self.box = Box(minimum: -extent, maximum: extent)
    projections = cropped.map { view in
      let pose = view.camera.worldFromCamera
      return Projection(
        Camera(
          worldFromCamera: Matrix4(
            linear: pose.linear, translation: (pose.translation - offset) * (1 / scale)),
          intrinsics: view.camera.intrinsics))
    }
  }

  /// Views whose object is known to fill a box about the origin of the working space, which is theirs.
  init(_ views: [SourceView], box: Box) {
    self.views = views
    projections = views.map { Projection($0.camera) }
    outlines = views.map { Outline($0.image) }
    (scale, offset, outlineMisses, arePhotographs) = (1, .zero, 0, false)
    self.box = box
  }

  private static func check(_ view: SourceView) throws {
    let lens = view.camera.intrinsics
    guard lens.width == view.image.width, lens.height == view.image.height else {
      throw ReconstructionError(
        "wrong-size",
        "the picture is \(view.image.width) x \(view.image.height) and its camera \(lens.width) x \(lens.height)",
        at: view.name)
    }
    guard min(lens.width, lens.height) >= 32 else {
      throw ReconstructionError(
        "tiny-picture",
        "the picture is \(lens.width) x \(lens.height); 32 pixels a side are needed",
        at: view.name)
    }
    let pixels = view.image.width * view.image.height
    guard view.image.channels == 4, view.depth.map({ $0.count == pixels }) != false else {
      throw ReconstructionError(
        "wrong-size", "the picture is not RGBA, or its depth is not of its size", at: view.name)
    }
    // In single precision a larger lens or a place farther off has no directions left.
    let pose = view.camera.worldFromCamera
    let largest = [lens.focalX, lens.focalY, lens.centerX, lens.centerY].map(abs).max()!
    let (x, y, z) = pose.linear.columns
    guard largest < 1e6, [x, y, z].allSatisfy({ $0.length.isFinite }),
      pose.translation.length < 1e12
    else {
      throw ReconstructionError(
        "bad-pose", "a focal length, a center or a place is larger than any camera has",
        at: view.name)
    }
    let turn = pose.linear
    guard abs(turn.determinant - 1) < 1e-2, lens.focalX > 0, lens.focalY > 0 else {
      throw ReconstructionError(
        "bad-pose", "the camera's pose is no rotation, or its focal length is not positive",
        at: view.name)
    }
  }
}
