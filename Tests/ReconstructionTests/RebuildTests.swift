import Geometry
import Imaging
import LinearMath
import Reconstruction
import Testing
import Views
import Work

@Suite struct RebuildTests {
  private static let quick: ReconstructSettings = {
    var settings = ReconstructSettings()
    settings.resolution = 96
    settings.textureSize = 512
    return settings
  }()

  private func compared(_ mesh: Mesh, _ truth: Mesh) throws -> MeshComparison {
    try mesh.compared(with: truth, samples: 20_000, seed: 1, WorkContext(threads: 2))
  }

  /// Mean distance in % of the diagonal.
  private func percent(_ comparison: MeshComparison) -> Double {
    comparison.chamferL1 / comparison.diagonal * 100
  }

  @Test func outlinesOfABallGiveABall() throws {
    let ball = Mesh.icosphere(levels: 4)
    var settings = Self.quick
    settings.stereo = false
    let work = WorkContext(threads: 2)
    let set = try ViewSet(DrawnViews.make(ball, count: 40, pixels: 160), work)
    let object = try set.rebuilt(settings, seed: 0, work)
    let found = try compared(object.mesh, ball)
    // A pixel is 0.55 % of the diagonal.
    #expect(percent(found) < 0.06, "\(percent(found))")
    let report = object.mesh.report()
    #expect(report.isWatertight && report.isManifold && report.components == 1)
    #expect(object.unseenShare < 0.01)
  }

  /// Outlines alone fill a bowl; pictures empty it, and its texture is that of the pictures.
  @Test func aBowlIsHollow() throws {
    let bowl = try Solids.bowl()
    let work = WorkContext(threads: 2)
    let views = DrawnViews.make(bowl, count: 40, pixels: 200)
    let set = try ViewSet(views, work)
    var outlines = Self.quick
    outlines.stereo = false
    let filled = try compared(set.rebuilt(outlines, seed: 0, work).mesh, bowl)
    let object = try set.rebuilt(Self.quick, seed: 0, work)
    let found = try compared(object.mesh, bowl)
    #expect(percent(filled) > 1)
    #expect(percent(found) < 0.15, "\(percent(found))")
    #expect(object.mesh.report().isWatertight)
    let scores = try object.scores(Array(views.prefix(6)), work)
    #expect(scores.allSatisfy { $0.psnr > 30 && $0.ssim > 0.95 && $0.maskIoU > 0.98 })
  }

  /// Four views leave a hull with edges; the least bent surface within it is nearer to a ball.
  @Test func fourViewsOfABallGiveARoundThing() throws {
    let ball = Mesh.icosphere(levels: 4)
    let set = try ViewSet(DrawnViews.make(ball, count: 4, pixels: 160), WorkContext(threads: 2))
    var hull: Mesh?
    let observer = RebuildObserver(keep: { stage in
      if case .mesh("hull", let mesh) = stage { hull = mesh }
    })
    let object = try set.rebuilt(Self.quick, seed: 0, WorkContext(threads: 2), observer)
    let before = percent(try compared(try #require(hull), ball))
    let after = percent(try compared(object.mesh, ball))
    #expect(after < 0.7 * before, "\(before) to \(after)")
    #expect(object.mesh.report().isWatertight)
  }

  @Test func threadsDoNotShow() throws {
    let bowl = try Solids.bowl()
    let views = DrawnViews.make(bowl, count: 12, pixels: 96)
    var settings = Self.quick
    settings.resolution = 48
    settings.textureSize = 128
    settings.refineRounds = 1
    let made = try [1, 3].map { threads in
      let work = WorkContext(threads: threads)
      return try ViewSet(views, work).rebuilt(settings, seed: 7, work)
    }
    #expect(made[0].mesh == made[1].mesh)
    #expect(made[0].texture == made[1].texture)
  }

  @Test func cancellingStops() throws {
    let cancellation = Cancellation()
    let work = WorkContext(threads: 2, cancellation: cancellation)
    let set = try ViewSet(
      DrawnViews.make(try Solids.bowl(), count: 8, pixels: 64), WorkContext(threads: 2))
    cancellation.cancel()
    #expect(throws: WorkCancelled.self) { try set.rebuilt(Self.quick, seed: 0, work) }
  }

  // MARK: Bad views

  private func code(_ views: [SourceView]) -> (code: String, place: String)? {
    do {
      _ = try ViewSet(views, WorkContext(threads: 1))
      return nil
    } catch let error as ReconstructionError {
      return (error.code, error.place)
    } catch { return ("\(error)", "") }
  }

  private func altered(_ view: SourceView, _ alpha: (UInt8) -> UInt8) -> SourceView {
    var image = view.image
    for pixel in 0..<image.width * image.height {
      image.bytes[4 * pixel + 3] = alpha(image.bytes[4 * pixel + 3])
    }
    return SourceView(name: "odd", camera: view.camera, image: image)
  }

  @Test func viewsThatCannotBeAreNamed() throws {
    let good = DrawnViews.make(Mesh.icosphere(levels: 3), count: 8, pixels: 64)
    let fine = code(good)?.code
    #expect(fine == nil)
    let alone = code([good[0]])?.code
    #expect(alone == "too-few-views")
    func expectOdd(_ views: [SourceView], _ wanted: String) {
      // Compared outside of the macro, which would print all pixels.
      let (found, place) = code(views) ?? ("", "")
      #expect(found == wanted)
      #expect(place == "odd")
    }
    func withOdd(_ odd: SourceView) -> [SourceView] { Array(good.dropLast()) + [odd] }
    expectOdd(withOdd(altered(good[7]) { _ in 0 }), "empty-view")
    expectOdd(withOdd(altered(good[7]) { _ in 255 }), "full-mask")
    let inverted = code(good.map { altered($0) { 255 - $0 } })
    #expect(inverted?.code == "inverted-mask")
    let away = Camera(
      eye: good[7].camera.eye, target: good[7].camera.eye * 2,
      intrinsics: good[7].camera.intrinsics)
    let lost = code(withOdd(SourceView(name: "odd", camera: away, image: good[7].image)))?.code
    #expect(lost?.hasPrefix("inconsistent") == true)
    let small = Image(width: 8, height: 8, filledWith: [1, 1, 1, 255])
    let lens = Intrinsics(width: 8, height: 8, fieldOfView: 1)
    let tiny = SourceView(
      name: "odd",
      camera: Camera(worldFromCamera: good[7].camera.worldFromCamera, intrinsics: lens),
      image: small)
    expectOdd(withOdd(tiny), "tiny-picture")
  }

  // MARK: One picture

  @Test func aDiscIsBlownUpToABall() throws {
    let view = DrawnViews.make(Mesh.icosphere(levels: 4), count: 1, pixels: 128)[0]
    var settings = Self.quick
    settings.resolution = 64
    settings.targetVertices = 4000
    let object = try Inflation(view.image, name: "disc").object(settings, WorkContext(threads: 2))
    // The longest side is 2, so the ball's radius is 1.
    let found = try compared(object.mesh, Mesh.icosphere(levels: 4))
    #expect(percent(found) < 1, "\(percent(found))")
    #expect(object.mesh.report().isWatertight)
  }

  @Test func picturesWithoutAnOutlineAreRefused() {
    let whole = Image(width: 64, height: 64, filledWith: [9, 9, 9, 255])
    #expect(throws: ReconstructionError.self) { try Inflation(whole, name: "whole") }
    let none = Image(width: 64, height: 64, filledWith: [9, 9, 9, 0])
    #expect(throws: ReconstructionError.self) { try Inflation(none, name: "none") }
  }
}
