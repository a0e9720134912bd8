// How Streamlit calls a component of this folder. Only tsc reads this file, no browser.

export interface ComponentCall<Data> {
  data: Data;
  /** the same for as long as the component stays on its page */
  parentElement: HTMLElement;
  /** send a value to the script, which runs again */
  setStateValue: (name: string, value: unknown) => void;
}
