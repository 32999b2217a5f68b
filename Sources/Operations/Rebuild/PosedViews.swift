import Archives
import Datasets
import Foundation
import Imaging
import LinearMath
import Reconstruction
import Views
import Work

/// A set with cameras as views for rebuilding.
struct PosedViews {
  let views: [SourceView]
  /// Views that the set keeps for testing.
  let heldOut: [SourceView]
  /// From our +y-up world of the views to the coordinates of the model that the set was drawn from; identity where the
  /// set does not tell.
  let sourceFromWorld: Matrix4
  /// What the object's place in the pictures was taken from.
  let masks: String

  /// Whether outlines may be wrong here and there.
  let areMasksGuessed: Bool

  /// What makes the surface of them.
  let backend: String

  /// Pictures that were given cameras by name, or none.
  init(pictures: [SourceView], by backend: ReconstructionBackend) {
    (views, heldOut, sourceFromWorld) = (pictures, [], .identity)
    (masks, self.backend, areMasksGuessed) = ("alpha", backend.rawValue, false)
  }

  /// - Parameters:
  ///   - folder: where masks are; without it they come from the set, or are found where it has none.
  ///   - longestSide: larger pictures are made smaller.
  ///   - useDepth: whether depth comes from the set.
  ///   - holdOut: of how many views one is kept for the check; nil for those that the set keeps itself.
  init(
    _ set: ReadSet, at path: String, masks folder: String?, holdOut: Int?, longestSide: Int,
    useDepth: Bool, seed: UInt64, _ work: WorkContext
  ) throws {
    backend = "multiview"
    guard !set.views.isEmpty else {
      throw InputError("no-views", set.problems.first?.message ?? "no view can be read", path)
    }
    if let problem = set.problems.first(where: { $0.code == "unknown-lens" }) {
      throw InputError(problem.code, problem.message, path + "/" + problem.place)
    }
    let maskFiles = try folder.map { try MaskFolder($0) }
    let made = try parallelMap(count: set.views.count, work) { index in
      work.progress.update(Double(index) / Double(set.views.count))
      return try Self.view(set, set.views[index], maskFiles, longestSide, useDepth)
    }
    var all = made.map(\.view)
    let isFound = made.allSatisfy { $0.origin == nil }
    if isFound {
      all = try Segmentation.masked(all, seed: seed, work)
      work.log.warn(
        "the pictures have no masks; the object was found by color, and --keep-stages shows as what"
      )
    } else if let first = made.first(where: { $0.origin == nil }) {
      throw ReconstructionError(
        "no-mask",
        "the picture has no alpha and there is no mask for it, but for others there is; give --masks DIR with a picture of the same name",
        at: first.view.name)
    }
    // Colors with light and colors without do not go together.
    if all.contains(where: { $0.material == nil }) { all = all.map(\.withoutMaterial) }
    areMasksGuessed = isFound
    masks =
      isFound ? "found by color" : Set(made.compactMap(\.origin)).sorted().joined(separator: ", ")
    let isTest = set.views.indices.map { index in
      holdOut.map { index % $0 == $0 / 2 } ?? (set.views[index].split == .test)
    }
    // A set of nothing but views for testing is one to rebuild from.
    let holds = isTest.contains(true) && isTest.contains(false)
    views = zip(all, isTest).filter { !holds || !$0.1 }.map(\.0)
    heldOut = zip(all, isTest).filter { holds && $0.1 }.map(\.0)
    sourceFromWorld =
      set.model.map { model in
        let turn = Conventions.zUpFromYUp.transposed
        let size = 1 / model.scale
        return Matrix4(
          linear: Matrix3(scale: size),
          translation: turn * model.offset * -size)
      } ?? .identity
  }

  /// A digest of the views to rebuild from, as they are read, with `more`.
  func digest(_ more: String) -> String {
    let parts = views.map { view in
      let numbers =
        view.camera.worldFromCamera.columnMajor.map { "\($0)" }.joined(separator: " ")
        + "\(view.camera.intrinsics)"
      return view.name + numbers + Digest.sha256(of: view.image.bytes)
        + (view.material.map { Digest.sha256(of: $0.albedo.bytes) } ?? "")
    }
    return Digest.sha256(of: [UInt8]((parts + [more]).joined(separator: "\n").utf8))
  }

  /// A view, straight, with the object as alpha; `origin` is nil where nothing tells the object from the rest.
  private static func view(
    _ set: ReadSet, _ view: ReadView, _ masks: MaskFolder?, _ longestSide: Int,
    _ useDepth: Bool
  ) throws -> (view: SourceView, origin: String?) {
    guard view.hasPose else {
      throw ReconstructionError("bad-pose", "the pose is not made of numbers", at: view.name)
    }
    let image = try set.image(view.image)
    var rgba = image.rgba8()
    let material = try MaterialLayers(set, view, pixels: rgba.width * rgba.height)
    guard let lens = lens(view.intrinsics, image) else {
      throw ReconstructionError(
        "no-lens", "the set tells no focal length that makes sense (fl_x, camera_angle_x)",
        at: view.name)
    }
    var origin = image.hasAlpha ? "alpha" : nil
    let file = try masks?.mask(of: view.name)
    if let mask = try file ?? (image.hasAlpha ? nil : view.mask.map { try set.image($0) }) {
      origin = file == nil ? "masks of the set" : "mask files"
      try apply(mask, to: &rgba, view.name)
    }
    var isBent = false
    if let distortion = view.distortion, !distortion.isNone,
      (lens.width, lens.height) == (rgba.width, rgba.height)
    {
      rgba = rgba.straightened(lens, distortion)
      isBent = true
    }
    if origin == "alpha" { rgba = rgba.withSolidAlpha }
    // Material of bent pictures stays behind.
    let pictures = isBent ? nil : material?.pictures(alphaOf: rgba)
    let camera = Camera(
      worldFromCamera: Conventions.worldFromCamera(transformMatrix: view.worldFromCamera),
      intrinsics: lens)
    if useDepth {
      guard view.distortion?.isNone != false else {
        throw ReconstructionError(
          "bent-depth",
          "its lens bends, and measured depth is not straightened; leave --set-depth out",
          at: view.name)
      }
      guard let depth = try set.depth(of: view), depth.count == rgba.width * rgba.height else {
        throw ReconstructionError(
          "no-depth", "the set has no depth of the picture's size for it; leave --set-depth out",
          at: view.name)
      }
      return (
        SourceView(name: view.name, camera: camera, image: rgba, depth: depth, material: pictures),
        origin
      )
    }
    let whole = SourceView(name: view.name, camera: camera, image: rgba, material: pictures)
    return (whole.reduced(toLongestSide: longestSide), origin)
  }

  private static func lens(_ told: Intrinsics?, _ image: Image) -> Intrinsics? {
    guard let told, told.focalX.isFinite, told.focalX > 0 else { return nil }
    // Told for a width of one where the set leaves the size to the pictures.
    let scale = told.width == 0 && told.focalX < 20 ? Double(image.width) : 1
    let isWhole = told.width > 0 && told.height > 0
    return Intrinsics(
      width: isWhole ? told.width : image.width, height: isWhole ? told.height : image.height,
      focalX: told.focalX * scale, focalY: told.focalY * scale,
      centerX: told.centerX > 0.5 ? told.centerX : Double(image.width) / 2,
      centerY: told.centerY > 0.5 ? told.centerY : Double(image.height) / 2)
  }

  static func apply(_ mask: Image, to image: inout Image, _ name: String) throws {
    guard mask.width == image.width, mask.height == image.height else {
      throw ReconstructionError(
        "mask-size",
        "the mask is \(mask.width) x \(mask.height) and the picture \(image.width) x \(image.height)",
        at: name)
    }
    let wide = mask.rgba8()
    let useAlpha = mask.hasAlpha
    for pixel in 0..<image.width * image.height {
      image.bytes[4 * pixel + 3] = wide.bytes[4 * pixel + (useAlpha ? 3 : 0)]
    }
  }
}
