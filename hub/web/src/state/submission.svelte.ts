// What a form sends: that it is on its way, and why the hub refused it. That is told at the form, where it was typed:
// a message at the foot of a phone would lie over the form's own button, and be gone before all is mended.
import { type ApiError, toApiError } from './api.ts';
import { wordsFor } from './toasts.svelte.ts';

/** A refusal in words: what, and what to do. */
export type Refusal = ReturnType<typeof wordsFor>;

/** One form's. */
export class Submission {
  isBusy = $state(false);
  refusal = $state.raw<Refusal | null>(null);

  /**
   * Sends; true when it worked. The refusal of the time before is gone meanwhile.
   * @param inWords what a refusal is to be called where this form knows it better
   */
  async send(
    work: () => Promise<unknown>,
    inWords: (error: ApiError) => Refusal = wordsFor,
  ): Promise<boolean> {
    this.isBusy = true;
    this.refusal = null;
    try {
      await work();
      return true;
    } catch (thrown) {
      this.refusal = inWords(toApiError(thrown));
      return false;
    } finally {
      this.isBusy = false;
    }
  }
}
