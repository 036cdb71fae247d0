// The OTA requestor of a virtual Matter device: the real one of matter.js, but for three things of a real device: it
// asks soon after it was told (the standard lets it wait for ten minutes), it may be less patient with a transfer that
// stands still (the standard's five minutes), and "applying" is a restart with the version of the image that it has
// fetched and checked.
import { createHash } from 'node:crypto';
import { Millis } from '@matter/main';
import { OtaSoftwareUpdateRequestorServer } from '@matter/main/behaviors/ota-software-update-requestor';
import type { OtaSoftwareUpdateRequestor } from '@matter/main/clusters/ota-software-update-requestor';
import { OtaRequestorEndpoint } from '@matter/main/endpoints/ota-requestor';
import { ClientInteraction } from '@matter/main/protocol';

const ASK_AFTER_MS = 200;

/** What was fetched: its version, and the checksum of the whole file. */
export interface Fetched {
  readonly softwareVersion: number;
  readonly sha512: string;
}

const { initBdx } = ClientInteraction.prototype;

/** How long all requestors of this process wait for a block; matter.js has it in no setting. */
export function waitForBlocks(limitMs: number): void {
  ClientInteraction.prototype.initBdx = function (request, session) {
    return initBdx.call(this, { messageTimeout: Millis(limitMs), ...request }, session);
  };
}

/** The endpoint of a requestor. `apply` is called with an image that is whole; the device restarts by itself then. */
export function requestorEndpoint(apply: (fetched: Fetched) => void) {
  class Requestor extends OtaSoftwareUpdateRequestorServer {
    override async announceOtaProvider(
      request: OtaSoftwareUpdateRequestor.AnnounceOtaProviderRequest,
    ): Promise<void> {
      await super.announceOtaProvider(request);
      const timer = this.internal.updateQueryTimer;
      if (timer === undefined) return;
      timer.stop();
      timer.interval = Millis(ASK_AFTER_MS);
      timer.start();
    }

    override async applyUpdate(
      softwareVersion: number,
      file: Parameters<OtaSoftwareUpdateRequestorServer['applyUpdate']>[1],
    ): Promise<void> {
      const hash = createHash('sha512');
      const blob = await file.openBlob();
      for await (const chunk of blob.stream()) hash.update(chunk);
      // It stands in the other slot now: the next image needs the room.
      await file.delete();
      apply({ softwareVersion, sha512: hash.digest('hex') });
    }
  }
  return OtaRequestorEndpoint.with(Requestor);
}
