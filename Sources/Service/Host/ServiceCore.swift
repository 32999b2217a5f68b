import Foundation
import HTTP
import Settings
import Synchronization

/// What every dialect works on.
struct ServiceCore: Sendable {
  let settings: ServiceSettings
  let data: DataFolder
  /// Where this process puts what it is given until it is taken in.
  let scratch: String
  let store: Store
  let blobs: BlobStore
  let ledger: Ledger
  let prices: PriceBook
  let client: Client
  let links: SignedLinks
  let publicURL: String
  /// Set when the service ends: who waits for a job is answered with how far it is.
  let isStopping = StopFlag()

  init(
    _ settings: ServiceSettings, data: DataFolder, publicURL: String, scratch: String? = nil
  ) throws {
    (self.settings, self.data, self.publicURL) = (settings, data, publicURL)
    self.scratch = scratch ?? data.uploads
    prices = try settings.prices.map(PriceBook.init(path:)) ?? .standard
    store = try data.open(settings.database)
    blobs = try data.blobStore(settings.assets, endpoint: settings.s3Endpoint)
    links = try SignedLinks(store)
    ledger = Ledger(
      mode: settings.billing == .enforce ? .enforce : .off, shownBalance: settings.shownCredits)
    client = Client(
      AddressGuard(
        allowed: Set(settings.allowAddresses.split(separator: ",").map { String($0) })),
      allowsHTTP: settings.allowHttp)
  }

  /// A file of a job, as an answer.
  func answer(_ output: Job.Output, isPublic: Bool, to call: Call) async throws -> Response {
    FileAnswer(
      path: try await blobs.file(output.blob), bytes: output.bytes, sha256: output.blob,
      mediaType: output.mediaType, name: output.name, isPublic: isPublic
    ).response(to: call.request.head)
  }
}

/// A flag that many look at.
final class StopFlag: Sendable {
  private let value = Atomic(false)
  func raise() { value.store(true, ordering: .releasing) }
  var isSet: Bool { value.load(ordering: .acquiring) }
}
